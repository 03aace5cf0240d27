package native

import (
	"context"
	"slices"
	"strings"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// option is one option of a verb.
type option struct {
	name     string
	about    string
	kind     optionType // 0: a text
	required bool
	max      int // the most characters of a text; 0: not said
	min      int // the least of a whole number
	choices  []chat.Choice
	// offers are what it may be while it is being typed; nil: it is not completed.
	offers func(context.Context, *asked) []chat.Choice
	// put writes its value into the line; nil: it is an option of the grammar, by its name.
	put func(l *line, value string)
}

// optionsOf lists the options of a verb, required ones first; "text" is the last.
func optionsOf(v commands.Verb) (out []option) {
	all := options()
	keys := strings.Fields(verbOptions()[v.Path()])
	for _, f := range v.Flags {
		if !slices.Contains(keys, f) {
			keys = append(keys, f)
		}
	}
	for _, key := range append(keys, "text") {
		out = append(out, all[key])
	}
	return out
}

// verbOptions lists the options of each verb but its flags and "text", by their keys in
// options. They are in the order of the line.
func verbOptions() map[string]string {
	return map[string]string{
		"incident declare":     "services impact title message",
		"incident drill":       "services impact title message",
		"incident update":      "incident status message",
		"incident resolve":     "incident message",
		"incident retract":     "incident reason",
		"incident tell":        "incident",
		"incident reopen":      "ended message",
		"incident note":        "incident message",
		"incident impact":      "incident impact",
		"incident services":    "incident changes",
		"incident title":       "incident title",
		"incident lead":        "incident lead person",
		"incident began":       "incident past",
		"incident ended":       "ended past",
		"incident edit":        "incident number message",
		"incident change":      "incident impact title message",
		"incident merge":       "from into",
		"incident nothing-new": "incident",
		"incident snooze":      "incident for",
		"incident list":        "which",
		"incident show":        "any",
		"incident timeline":    "any",
		"incident deliveries":  "any",
		"incident help":        "verb",

		"window schedule":   "services effect when for until title details",
		"window start":      "coming day",
		"window hold":       "coming day",
		"window extend":     "running day for",
		"window move":       "coming day-to when for until",
		"window complete":   "running day remark",
		"window cancel":     "coming day reason",
		"window incident":   "running day impact message",
		"window list":       "which-work",
		"window show":       "work",
		"window faculty":    "work",
		"window timeline":   "work",
		"window deliveries": "work",
		"window help":       "verb",

		"subscribe":   "target kinds least manner hours channel",
		"unsubscribe": "target channel",
		"status":      "target here",

		"probe list":       "probed",
		"probe run":        "probed check",
		"probe alerts":     "",
		"probe show":       "alert",
		"probe deliveries": "alert",
		"probe declare":    "alert impact title message",
		"probe ack":        "alert",
		"probe hold":       "alert",
		"probe close":      "alert",
		"probe mute":       "noisy for",
		"probe unmute":     "muted",
		"probe help":       "verb",

		"service sorry": "page sorry reason",
		"service help":  "verb",

		"belltower help":    "command",
		"belltower why":     "any win alr",
		"belltower hold":    "connection reason",
		"belltower release": "connection",
	}
}

// options are all options, by what stands in verbOptions. Where their name differs it is
// the same option of another verb.
func options() map[string]option {
	maps := []map[string]option{numberOptions(), textOptions(), windowOptions(), alertOptions(), channelOptions(), flagOptions()}
	all := map[string]option{}
	for _, m := range maps {
		for key, o := range m {
			if o.name == "" {
				o.name = key
			}
			all[key] = o
		}
	}
	return all
}

func numberOptions() map[string]option {
	const about = "Its number, like 42; not needed when just one is open"
	return map[string]option{
		"incident": {about: about, offers: openIncidents, put: putIncident},
		"ended":    {name: "incident", about: "Its number, like 42", offers: endedIncidents, put: putIncident},
		"any":      {name: "incident", about: about, offers: anyIncidents, put: putIncident},
		"from":     {name: "incident", about: "The incident that goes into the other", required: true, offers: openIncidents, put: putWord},
		"into":     {about: "The incident that stays", required: true, offers: openIncidents, put: putInto},
		"number":   {about: "Which message, like 3; the newest if not said", kind: optionNumber, min: 1, put: putMessage},
		"which":    {about: "open, all, or how far back, like 30d", offers: fixed("open", "all", "30d"), put: putWord},
		"verb":     {name: "command", about: "What to explain", offers: verbsOf, put: putWord},
		"command":  {about: "What to explain, like incident declare", offers: paths, put: putWord},
		"text":     {about: "The rest as you would type it elsewhere", put: putWord},
	}
}

func textOptions() map[string]option {
	impact := []chat.Choice{{Value: "slow", Label: "slow (minor)"}, {Value: "partly", Label: "partly not available (major)"}, {Value: "down", Label: "down (critical)"}}
	var status []chat.Choice
	for _, s := range []desk.IncidentStatus{desk.Investigating, desk.Identified, desk.Monitoring, desk.Resolved} {
		status = append(status, chat.Choice{Value: string(s)})
	}
	sorry := []chat.Choice{
		{Value: string(desk.SorryOn), Label: "on (people see the sorry page)"}, {Value: string(desk.SorryOff), Label: "off (people are let through)"},
		{Value: string(desk.SorryAuto), Label: "auto (as the rule says)"},
	}
	return map[string]option{
		"services": {about: "Like learn,portal", offers: services},
		"changes":  {name: "services", about: "Like +portal -learn", offers: serviceChanges},
		"impact":   {about: "How bad it is", choices: impact},
		"status":   {about: "How far the work is", choices: status},
		"title":    {about: "A short title", max: desk.MaxTitle},
		"message":  {about: "What everybody reads", max: desk.MaxText},
		"remark":   {name: "message", about: "Told with the end", max: desk.MaxReason},
		"sorry":    {name: "state", about: "Up, down, or as the rule says", choices: sorry},
		"reason":   {about: "Why", max: desk.MaxReason},
		"lead":     {about: "me, nobody, or a person", offers: fixed("me", "nobody")},
		"person":   {about: "Who leads", kind: optionPerson, put: putLead},
		"past":     {name: "when", about: "Like 03:52, yesterday 23:10, 20m ago"},
	}
}

func windowOptions() map[string]option {
	effects := []chat.Choice{
		{Value: string(desk.EffectDown), Label: "not available"}, {Value: string(desk.EffectDegraded), Label: "slow"},
		{Value: string(desk.EffectAtRisk), Label: "at risk"},
	}
	const about = "Its number, like 17; not needed when just one fits"
	const day = "Of repeated work: its day, like dec 9"
	return map[string]option{
		"coming":     {name: "window", about: about, offers: comingWindows, put: putWindow},
		"running":    {name: "window", about: about, offers: runningWindows, put: putWindow},
		"work":       {name: "window", about: about, offers: allWindows, put: putWindow},
		"win":        {name: "window", about: "Or planned work, like 17", offers: allWindows, put: putWhyWindow},
		"day":        {about: day, put: putWord},
		"day-to":     {name: "day", about: day, put: putDayTo},
		"which-work": {name: "which", about: "A service, all, or how far back, like 30d", offers: whichWork, put: putWord},
		"effect":     {about: "What people will notice", choices: effects},
		"when":       {about: "Like saturday 04:00, dec 5 10pm, every wednesday 04:00"},
		"for":        {about: "How long, like 45m or 3h", offers: fixed("30m", "1h", "2h", "3h", "4h")},
		"until":      {about: "Or when it ends, like 7am"},
		"details":    {about: "What people should know or do", max: desk.MaxText},
	}
}

func alertOptions() map[string]option {
	return map[string]option{
		"alert":  {about: "Its number, like 7, or a service that fails; not needed when just one does", offers: openAlerts, put: putAlert},
		"alr":    {name: "alert", about: "Or an alert, like 7", offers: openAlerts, put: putWhyAlert},
		"noisy":  {name: "services", about: "Like learn,portal, or an alert, like ALR-7", offers: noisy},
		"muted":  {name: "services", about: "Like learn,portal, or an alert, like ALR-7", offers: muted},
		"probed": {name: "services", about: "One service that we check", offers: probed},
		"check":  {about: "One check of it, like login page; all if not said", offers: checks, put: putWord},
		"page":   {name: "services", about: "One service", offers: withSorryPage},
	}
}

func channelOptions() map[string]option {
	return map[string]option{
		"target":     {about: "A service, a group, or all", offers: targets},
		"kinds":      {about: "Of what: incidents, windows, probes, digest", offers: kinds},
		"least":      {about: "The least impact of incidents", choices: fixedChoices("minor+", "major+", "critical")},
		"manner":     {about: "How loud", choices: fixedChoices("quiet", "normal", "loud")},
		"hours":      {about: "Quiet hours, like 22:00 to 7:00 only critical", max: 60},
		"channel":    {about: "Another channel than this", kind: optionChannel, put: putChannel},
		"here":       {about: "Show the answer to everybody here", kind: optionYes, put: putHere},
		"connection": {about: "One platform, or all", offers: connections, put: putWord},
	}
}

// flagOptions are those of commands.Verb.Flags.
func flagOptions() map[string]option {
	return map[string]option{
		"next":     {about: "When there will be news, like 45m", offers: fixed("15m", "30m", "45m", "1h", "2h", "4h")},
		"since":    {about: "When it began, like 03:52 or 20m ago"},
		"yes":      {about: "Do not ask first", kind: optionYes, put: putFlag("yes")},
		"separate": {about: "Even if one is open about this", kind: optionYes, put: putFlag("separate")},
		"force":    {about: "Why, although something speaks against it", max: desk.MaxReason},
		"urgent":   {about: "Why, although the notice is short", max: desk.MaxReason},
	}
}

func fixedChoices(words ...string) (out []chat.Choice) {
	for _, w := range words {
		out = append(out, chat.Choice{Value: w})
	}
	return out
}

// fixed offers always the same.
func fixed(words ...string) func(context.Context, *asked) []chat.Choice {
	return func(_ context.Context, a *asked) []chat.Choice { return a.fitting(fixedChoices(words...)) }
}
