package wording

import (
	"cmp"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// Help is what is said of one command.
type Help struct {
	Path    string // "incident declare"
	Usage   string // "incident declare <services> <impact> [title] [| message]"
	Example string // "incident declare learn down"
	About   string // one sentence
	More    string // further sentences; may be empty
}

// HelpOf returns the help of a command, like "incident declare".
func HelpOf(path string) (Help, bool) {
	all := AllHelp()
	k := slices.IndexFunc(all, func(h Help) bool { return h.Path == path })
	if k < 0 {
		return Help{Path: path, Usage: path, Example: "belltower help"}, false
	}
	return all[k], true
}

// AllHelp lists the help of all commands, what is needed first on top.
func AllHelp() []Help {
	return slices.Concat(incidentHelp(), correctHelp(), windowHelp(), probeHelp(), readHelp(), serviceHelp(), otherHelp())
}

const numberHelp = "The number may be left out when just one incident is open; 42, #42, INC-42 and a service's name all name it."

func incidentHelp() []Help {
	return []Help{
		{"incident declare", "incident declare <services> <impact> [title] [| message]", "incident declare learn down",
			"Says that something does not work.",
			"Impact: slow, partly or down. Several services: learn,portal down; each in its own way: learn:down portal:slow partly. Flags: --next 45m promises news, --since 03:52 says when it began, --separate declares beside an open one."},
		{"incident update", "incident update [42] [identified:] <message>", "incident update 42 identified: The database is back, we are checking.",
			"Says how the work goes.", "The statuses are investigating, identified, monitoring and resolved; one counts only with its colon. --next 45m, or a last part | next 45m, promises news. " + numberHelp},
		{"incident resolve", "incident resolve [42] [message]", "incident resolve 42 Learn works again.",
			"Says that it works again.", "Where tests have to pass first, it is told when they do; with --force \"why\" at once. " + numberHelp},
		{"incident retract", "incident retract [42] [why]", "incident retract 42 wrong service",
			"Takes it back: it never was. Who was told gets one correction.", "Why is told with the correction. " + numberHelp},
		{"incident tell", "incident tell [42]", "incident tell 42",
			"Tells everybody now what still waits to be told.", ""},
		{"incident reopen", "incident reopen [42] <message>", "incident reopen 42 Learn fails again.",
			"Says that a resolved incident goes on.", "While tests have still to pass, it says that it is not resolved yet; the message may be left out."},
		{"incident note", "incident note [42] <text>", "incident note 42 Vendor ticket 8841 is open.",
			"Keeps a text for staff only.", numberHelp},
		{"incident nothing-new", "incident nothing-new [42]", "incident nothing-new 42",
			"Says that nothing is new, and promises the next news.", numberHelp},
		{"incident snooze", "incident snooze [42] [10m]", "incident snooze 42 10m",
			"Puts the promised news off, without a word.", "Posts show the later time. " + numberHelp},
		{"incident drill", "incident drill <services> <impact> [title] [| message]", "incident drill learn down",
			"As declare, but only this ops channel sees it.", ""},
	}
}

const windowNumberHelp = "The number may be left out when just one fits; 17, #17, WIN-17 and a service's name all name it."

const timesHelp = "Times: saturday 04:00, dec 5 10pm, tomorrow 2am, in 2h; with a zone behind them: 22:00 ET."

const overrideHelp = "You are asked first, unless you say --yes. --force and --urgent, each with a reason in quotes, override what speaks against a time. "

func windowHelp() []Help {
	return []Help{
		{"window schedule", "window schedule <services> [down|degraded|at_risk] <when> for <duration>|until <time> <title> [| details]", "window schedule learn saturday 04:00 for 3h New database",
			"Plans work, and tells who follows it.", "Again and again: learn every wednesday 04:00 for 3h New database; without some days: every wednesday 04:00 except 2026-12-23 for 3h; up to a day: every wednesday 04:00 for 3h until 2027-06-30. " + overrideHelp + timesHelp},
		{"window start", "window start [17]", "window start 17",
			"Says that the work has begun.", "By itself it begins when it was planned. At another time it takes as long, which has to be free: --force \"why\" overrides that. " + windowNumberHelp},
		{"window hold", "window hold [17]", "window hold 17",
			"Holds the start: it begins only when somebody starts it.", windowNumberHelp},
		{"window extend", "window extend [17] <duration>", "window extend 17 1h",
			"Puts the planned end off.", overrideHelp + windowNumberHelp},
		{"window move", "window move [17] <when> [for <duration>]", "window move 17 dec 6 04:00 for 3h",
			"Plans it for another time.", "One time of repeated work: window move 17 dec 9 to dec 10 04:00. " + overrideHelp + timesHelp},
		{"window complete", "window complete [17] [remark]", "window complete 17 All went well.",
			"Says that the work is done.", "The remark is told with the end. Where tests have to pass first, it is completed when they do, or by saying it again with a remark. " + windowNumberHelp},
		{"window cancel", "window cancel [17] <why>", "window cancel 17 The vendor is not ready.",
			"Calls it off, and tells who was told.", "One time of repeated work: window cancel 17 dec 25 Holidays. You are asked first, unless you say --yes. " + windowNumberHelp},
		{"window incident", "window incident [17] [slow|partly|down] [message]", "window incident 17 down The database does not come back.",
			"Makes it an incident, which goes on with its posts.", windowNumberHelp},
		{"window list", "window list [all|30d|service]", "window list learn", "Lists planned work.", ""},
		{"window show", "window show [17]", "window show 17", "Shows one window.", windowNumberHelp},
		{"window faculty", "window faculty [17]", "window faculty 17", "Shows the text that a campus forwards to its teachers.", windowNumberHelp},
		{"window timeline", "window timeline [17]", "window timeline 17", "Shows all that was done. For staff.", ""},
		{"window deliveries", "window deliveries [17]", "window deliveries 17", "Shows who was told of it, who waits or failed, and why. For staff.", ""},
	}
}

func correctHelp() []Help {
	return []Help{
		{"incident impact", "incident impact [42] slow|partly|down", "incident impact 42 down", "Corrects how bad it is.", numberHelp},
		{"incident services", "incident services [42] +portal -learn", "incident services 42 +portal -learn", "Corrects what it is about.", "+portal:slow says how one service does. " + numberHelp},
		{"incident title", "incident title [42] <title>", "incident title 42 Learn is slow for everyone", "Corrects the title.", numberHelp},
		{"incident lead", "incident lead [42] me|nobody|@person", "incident lead 42 me", "Says who leads the work.", "Only staff see it."},
		{"incident began", "incident began [42] <time>", "incident began 42 03:52", "Corrects when it began.", "Times: 03:52, 3:52am, yesterday 23:10, 20m ago, nov 26 10pm, 2026-11-26 22:00; with a zone behind them: 22:00 ET."},
		{"incident ended", "incident ended [42] <time>", "incident ended 42 04:31", "Corrects when it ended.", "Times: as for incident began."},
		{"incident edit", "incident edit [42] [#3] <message>", "incident edit 42 #3 Learn is back for most people.", "Corrects a message, the newest unless one is named.", "Posts show that it was corrected. " + numberHelp},
		{"incident change", "incident change [42] [slow|partly|down] [title] [| message]", "incident change 42 down Nobody can log in | We restart it.", "Corrects how it was declared: impact, title and first message at once.", numberHelp},
		{"incident merge", "incident merge 43 into 42", "incident merge 43 into 42", "Folds one incident into another.", ""},
	}
}

func readHelp() []Help {
	return []Help{
		{"incident list", "incident list [open|all|30d]", "incident list 30d", "Lists incidents.", ""},
		{"incident show", "incident show [42]", "incident show 42", "Shows one incident.", numberHelp},
		{"incident timeline", "incident timeline [42]", "incident timeline 42", "Shows all that was done, notes too. For staff.", ""},
		{"incident deliveries", "incident deliveries [42]", "incident deliveries 42", "Shows who was told, who waits or failed, who was not told, and why. For staff.", ""},
		{"status", "status [service]", "status learn", "Says which services work now.", "Only you see the answer, unless you show it here."},
	}
}

func serviceHelp() []Help {
	return []Help{
		{"service sorry", "service sorry <service> on|off|auto [reason]", "service sorry learn on",
			"Puts up the sorry page of a service, or takes it down.",
			"on closes the gate: people see the sorry page. off keeps it open. Both hold until what goes on is over: resolve, retract, complete and cancel leave the gate to the rule, and so does auto. By the rule it closes in planned work with the effect down. With gate = \"auto\" it also closes when our own check and a person or another monitor agree."},
	}
}

func otherHelp() []Help {
	return []Help{
		{"subscribe", "subscribe [target] [incidents|windows|probes|digest] [minor+|major+|critical] [quiet|normal|loud]", "subscribe learn incidents major+",
			"Makes this channel hear of a service, a group or all.", "Alone it says what the channel hears; subscribe test sends a test post. Another channel by its address: subscribe boston/library learn. With quiet hours: subscribe learn from 22:00 to 7:00 only critical"},
		{"unsubscribe", "unsubscribe [target]", "unsubscribe learn", "Ends a subscription of this channel.", "Alone it ends everything, after a question."},
		{"belltower help", "belltower help [command]", "belltower help incident declare", "Shows what can be typed.", ""},
		{"belltower whoami", "belltower whoami", "belltower whoami", "Shows who you are here and what you may do.", ""},
		{"belltower why", "belltower why [42|WIN-17|ALR-7]", "belltower why 42", "Says why this channel did or did not hear of it.", ""},
		{"belltower access", "belltower access", "belltower access", "Lists who may do what. For admins.", ""},
		{"belltower audit", "belltower audit", "belltower audit", "Lists who changed what. For admins.", ""},
		{"belltower hold", "belltower hold [connection|all] [why]", "belltower hold amherst they asked us to wait", "Stops all posts until released. For admins.", ""},
		{"belltower release", "belltower release [connection|all]", "belltower release amherst", "Lets posts go on. For admins.", ""},
	}
}

// Usage answers a verb that was typed alone.
func (c Context) Usage(h Help) chat.Message {
	m := c.helpText(h)
	m.Tone = chat.ToneRefused
	return m
}

// HelpOn answers help on one command.
func (c Context) HelpOn(h Help) chat.Message {
	m := c.helpText(h)
	m.Tone = chat.ToneInfo
	return m
}

func (c Context) helpText(h Help) chat.Message {
	m := chat.Message{Summary: chat.Plain(h.Path + ": " + c.Own(h.About))}
	m.Lines = []chat.Line{
		paragraph(chat.Text{{Code: h.Usage}}),
		paragraph(c.say("For example: %s", chat.Span{Code: c.Own(h.Example)})),
	}
	if h.More != "" {
		m.Lines = append(m.Lines, paragraph(chat.Plain(c.Own(h.More))))
	}
	return m
}

// HelpFor answers help on all commands, or on those that begin with a word.
func (c Context) HelpFor(word string) chat.Message {
	m := chat.Message{Summary: c.say("This is what you can type. Each is also belltower <command>."), Tone: chat.ToneInfo}
	first := ""
	for _, h := range AllHelp() {
		if word != "" && !strings.HasPrefix(h.Path, word) {
			continue
		}
		first = cmp.Or(first, h.Path)
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: chat.Text{{Code: h.Usage}, {Plain: " – " + c.Own(h.About)}}})
	}
	m.Context = []chat.Text{c.say("More of one: belltower help %s", first)}
	return m
}

const alertNumberHelp = "7, #7, ALR-7 and a service's name all name an alert. When just one fails, you need none."

// probeHelp is the help of what can be done about what checks see.
func probeHelp() []Help {
	return []Help{
		{"probe list", "probe list [service]", "probe list learn",
			"Lists our own checks, how they do and when they are tried next.", ""},
		{"probe run", "probe run <service> [check]", "probe run learn login page",
			"Tries our own checks of a service now, and shows what took how long.", "It waits 20 seconds at most, and counts for no alert."},
		{"probe alerts", "probe alerts", "probe alerts",
			"Lists what checks see fail now, and what is muted.", ""},
		{"probe show", "probe show [alert]", "probe show 7",
			"Shows who sees it, since when and why.", alertNumberHelp},
		{"probe deliveries", "probe deliveries [alert]", "probe deliveries 7",
			"Shows who was told of it, who waits or failed, and why. For staff.", alertNumberHelp},
		{"probe declare", "probe declare [alert] [title] [| message]", "probe declare 7",
			"Declares an incident of what an alert is about.", "It began when the first check saw it. " + alertNumberHelp},
		{"probe ack", "probe ack [alert]", "probe ack 7",
			"Says that you look at it, so that no incident is declared by rule.", alertNumberHelp},
		{"probe hold", "probe hold [alert]", "probe hold 7",
			"Puts the declaration by rule off for 10 minutes.", alertNumberHelp},
		{"probe close", "probe close [alert]", "probe close 7",
			"Says that it is over, where a monitor elsewhere never said so.", alertNumberHelp},
		{"probe mute", "probe mute <service|alert> [2h]", "probe mute learn 2h",
			"Tells no failures of a service for a while.", "They are recorded, and what still fails at the end is told then. One hour where no time is given, seven days at most."},
		{"probe unmute", "probe unmute <service|alert>", "probe unmute learn",
			"Tells failures of a service again.", ""},
	}
}
