package slacktest

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// mark is a control sequence of mrkdwn (docs.slack.dev/messaging/formatting-message-text,
// "Advanced formatting"): a mention, a link or a date.
var mark = regexp.MustCompile(`<[@#!a-zA-Z][^<>\n]*>`)

// Marks lists the control sequences that Slack would act on: mentions like
// "<@U1>" and "<!channel>", links and dates, in the notification text and in
// mrkdwn, in reading order. A sequence in plain_text is only text.
func (m Message) Marks() []string {
	all := mark.FindAllString(m.Text, -1)
	var blocks []any
	if json.Unmarshal(m.Blocks, &blocks) == nil {
		all = append(all, marksIn(blocks)...)
	}
	return all
}

func marksIn(v any) []string {
	var out []string
	walkTexts(v, func(o map[string]any, text string) {
		if kind := o["type"]; kind == "mrkdwn" || kind == "markdown" {
			out = append(out, mark.FindAllString(text, -1)...)
		}
	})
	return out
}

var date = regexp.MustCompile(`<!date\^(-?\d+)\^([^|>^]*)(?:\^[^|>]*)?\|[^>]*>`)

// ShowDates replaces <!date> sequences by what a reader in the zone sees who
// looks at now (docs.slack.dev/messaging/formatting-message-text, "Date
// formatting"). Tokens that it does not know stay in braces.
func ShowDates(text string, zone *time.Location, now time.Time) string {
	return date.ReplaceAllStringFunc(text, func(found string) string {
		parts := date.FindStringSubmatch(found)
		sec, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			return found
		}
		return showDate(parts[2], time.Unix(sec, 0).In(zone), now.In(zone))
	})
}

// showDate writes one date. Slack leaves the year of {date} out where it is
// within six months; this always writes it.
func showDate(format string, at, now time.Time) string {
	for _, f := range [][2]string{
		{"date_num", "2006-01-02"}, {"date_slash", "01/02/2006"}, {"date_short", "Jan 2, 2006"}, {"date_long", "Monday, January 2, 2006"},
		{"date_long_full", "Monday, January 2, 2006"}, {"date", "January 2, 2006"}, {"time", "3:04 PM"}, {"time_secs", "3:04:05 PM"},
	} {
		long := at.Format(f[1])
		format = strings.ReplaceAll(format, "{"+f[0]+"}", long)
		format = strings.ReplaceAll(format, "{"+f[0]+"_pretty}", pretty(long, at, now))
	}
	return format
}

func pretty(long string, at, now time.Time) string {
	for days, word := range map[int]string{-1: "yesterday", 0: "today", 1: "tomorrow"} {
		if at.Format(time.DateOnly) == now.AddDate(0, 0, days).Format(time.DateOnly) {
			return word
		}
	}
	return long
}
