package wording

const windowNumberHelp = "The number may be left out when just one fits; 17, #17, WIN-17 and a service's name all name it."

const timesHelp = "Times: saturday 04:00, dec 5 10pm, tomorrow 2am, in 2h; with a zone behind them: 22:00 ET."

func windowHelp() []Help {
	return []Help{
		{"window schedule", "window schedule <services> [down|degraded|at_risk] <when> for <duration>|until <time> <title> [| details]", "window schedule learn saturday 04:00 for 3h New database",
			"Plans work, and tells who follows it.", "Again and again: learn every wednesday 04:00 for 3h New database. You are asked first, unless you say --yes. --force and --urgent, each with a reason in quotes, override what speaks against a time. " + timesHelp},
		{"window start", "window start [17]", "window start 17",
			"Says that the work has begun.", "By itself it begins when it was planned. " + windowNumberHelp},
		{"window hold", "window hold [17]", "window hold 17",
			"Holds the start: it begins only when somebody starts it.", windowNumberHelp},
		{"window extend", "window extend [17] <duration>", "window extend 17 1h",
			"Puts the planned end off.", "You are asked first, unless you say --yes. " + windowNumberHelp},
		{"window move", "window move [17] <when> [for <duration>]", "window move 17 dec 6 04:00 for 3h",
			"Plans it for another time.", "One time of repeated work: window move 17 dec 9 to dec 10 04:00. You are asked first, unless you say --yes. " + timesHelp},
		{"window complete", "window complete [17] [remark]", "window complete 17 All went well.",
			"Says that the work is done.", "The remark is told with the end. " + windowNumberHelp},
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
