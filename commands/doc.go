// Package commands is what people type: the grammar, the verbs, the help. It
// takes a neutral request, so every platform and the terminal say the same words:
//
//	c := commands.New(journal, log, commands.Settings{
//		Words: words, Access: access, Connections: names,
//	})
//	reply := c.Do(ctx, request) // a chat.Handler
//	c.SetSettings(settings)     // after the configuration was read again
//
// The only clock is Request.At.
//
// A command is answered after its one transaction was committed, with no call to
// a platform in between. What cannot be carried out whole is not carried out at
// all: nothing is stored, nothing is told, and the answer says what was not
// understood, what would be, and the nearest word. Answers are for the author
// alone unless the reply says Public.
//
// Every command can also be typed as "belltower <command>". A button holds a
// command line ("incident resolve 42"): pressing it is typing it, so an adapter
// splits off the first word as Request.Command and hands over the rest as Text.
//
// Where the request says Forms, a bare verb, or a verb and a number, is answered with
// a form (forms.go). Its fields are the options of the verb, so a form that was filled
// in is the same request as a typed line; a refusal then names its field. What would
// open a form is done at once with --yes.
//
// # The grammar
//
// A line is a verb and what belongs to it. Options of a Request by name
// (services, impact, title, message, next, since, incident, status, target,
// kinds, least, reason, when, for, until, lead, effect, details, window) stand for
// their part of the line.
//
//   - 42, #42, inc-42 and a service's id, alias or name stand for an incident; it
//     may be left out when just one that is no drill is open.
//   - 17, #17, win-17 and a service's word stand for a window in the same way; of a
//     series a day behind the number means the time on that day.
//   - A title ends at the first " | " or line break; the message follows. A last
//     part that is just "next 45m" counts as --next 45m.
//   - --next, --since, --yes, --separate, --force and --urgent are flags anywhere
//     outside quotes; any other --word is text. A long dash counts as -- only where
//     a flag's name follows at once. Curly quotes count as quotes; a quote opens
//     at the beginning of a word, and only where another closes it.
//   - A service's word before a verb ("learn is back") begins a sentence and names
//     no incident.
//
// Times are read in the organization's zone unless another stands behind them
// (22:00 PT, 22:00 America/New_York, 22:00 +10:30). What is to come:
//
//   - 22:00, today 22:00, tomorrow 2am, friday 02:00, dec 5 10pm, 2026-12-05 22:00, in
//     2h; 2026-12-05T22:00:00-05:00, as buttons say it. A weekday, or a date without
//     a year, is the next such. What has passed is refused, and so is what daylight
//     saving skips; what it repeats is asked about, and "next friday" while one is
//     still to come in this week.
//   - Work is <when> for 3h, or <when> until 7am: the next such behind the begin.
//   - It recurs: every wed and sat 04:00 for 3h, every weekday, every other friday,
//     every 3 weeks on friday, every first sunday, every 2 months on the last sunday;
//     from 2026-12-05 names the first day. "Every second friday" is asked about.
//
// What changes when work is planned, and what calls it off, is asked about first,
// unless --yes is said: the answer has a button that says the line again, with times
// that mean the same later. A time that something speaks against is refused with the
// override as a button, which asks for the reason where forms can be opened.
//
// The package imports journal, wording, desk, chat, what outbox tells of
// deliveries, and the errors of storage. It starts no goroutines. Its sentences
// stand in package wording.
package commands
