package wording

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// ProbeLine is how a check of ours does, in a list asked for at a time.
func (c Context) ProbeLine(p desk.ProbeStanding, at time.Time) chat.Line {
	k := clock{c, at}
	t := chat.Text{{Strong: c.Catalog.Name(p.Probe.Service) + ": " + p.Probe.Name}, {Plain: " (" + p.Kind + "): "}}
	switch {
	case p.Last == nil:
		t = chat.Join(t, c.say("not tried yet."))
	case isUnknown(p):
		t = chat.Join(t, c.lastTry(*p.Last, k))
	default:
		t = chat.Join(t, stop(c.probeDoes(p, k)), chat.Plain(" "), c.lastTry(*p.Last, k))
	}
	if !p.Next.IsZero() {
		t = chat.Join(t, chat.Plain(" "), c.say("Next at %s.", c.span(p.Next, chat.Seconds)))
	}
	return chat.Line{Kind: chat.Item, Text: t}
}

// isUnknown reports whether it is not known that a check passes: it was not tried yet, or its
// last try could not find out. What failed before that fails.
func isUnknown(p desk.ProbeStanding) bool {
	return p.Availability != desk.Failing && (p.Last == nil || p.Last.Outcome == desk.Unclear)
}

// probeDoes says what the rule makes of a check's results.
func (c Context) probeDoes(p desk.ProbeStanding, k clock) chat.Text {
	switch {
	case p.Availability == desk.Failing && p.Since.IsZero():
		return c.say("fails")
	case p.Availability == desk.Failing:
		return c.say("fails since %s", k.at(p.Since))
	case p.Performance == desk.Failing:
		return c.say("passes, but is slow")
	}
	return c.say("passes")
}

// lastTry says what the last try came to.
func (c Context) lastTry(r desk.TryResult, k clock) chat.Text {
	at := c.span(r.At, chat.Seconds)
	if k.day(r.At) != k.day(k.near) {
		at = c.withDay(r.At)
	}
	switch r.Outcome {
	case desk.Failed:
		return c.say("Last at %s: %s.", at, c.failure(r))
	case desk.Unclear:
		return c.say("Last at %s: not known: %s.", at, r.Detail)
	}
	return c.say("Last at %s: passed in %s.", at, c.millis(r.Took))
}

// failure says what failed, and at which step.
func (c Context) failure(r desk.TryResult) string {
	if r.Step == "" {
		return r.Detail
	}
	return c.word("step %s: %s", r.Step, r.Detail)
}

// millis is a length of time in milliseconds, as those who look at response times read it.
func (c Context) millis(d time.Duration) string {
	if d > 0 && d < time.Millisecond {
		return "< 1\u00a0ms"
	}
	return c.thousands(int(d.Round(time.Millisecond)/time.Millisecond)) + "\u00a0ms"
}

// ProbesListed answers a list of checks.
func (c Context) ProbesListed(all []desk.ProbeStanding, p Page) chat.Message {
	failing, unknown := 0, 0
	for _, one := range all {
		switch {
		case one.Availability == desk.Failing:
			failing++
		case isUnknown(one):
			unknown++
		}
	}
	m := chat.Message{Tone: chat.ToneInfo}
	switch {
	case len(all) == 0:
		m.Summary = c.say("There are no checks of ours.")
		m.Lines = []chat.Line{paragraph(c.say("They stand as [[probes]] in the configuration."))}
		return m
	case failing == 0 && unknown > 0:
		m.Summary = chat.Plain(c.plural(unknown, "No check fails, but of one it is not known.", "No check fails, but of %s it is not known."))
	case failing == 0:
		m.Summary, m.Tone = chat.Plain(c.plural(len(all), "The check passes.", "All %s checks pass.")), chat.ToneGood
	default:
		m.Summary = chat.Plain(c.plural(failing, "1 check fails, of %s.", "%s checks fail, of %s.", c.thousands(len(all))))
	}
	return c.paged(p, m)
}

// maxTriedLines is how many lines the answer to a run has: what is more no platform shows.
const maxTriedLines = 60

// ProbesTried answers what checks of a service came to that were tried, with the times of
// their parts.
func (c Context) ProbesTried(service string, tried []desk.Tried) chat.Message {
	passed := 0
	var lines []chat.Line
	for _, t := range tried {
		if t.Outcome == desk.Passed {
			passed++
		}
		lines = append(lines, c.tried(t)...)
	}
	m := chat.Message{Tone: chat.ToneInfo}
	switch {
	case passed == len(tried):
		m.Summary, m.Tone = c.say("%s: %s", service, c.plural(passed, "the check passed.", "all %s checks passed.")), chat.ToneGood
	default:
		m.Summary = c.say("%s: %s of %s checks passed.", service, c.thousands(passed), c.thousands(len(tried)))
	}
	m.Lines = lines[:min(len(lines), maxTriedLines)]
	if more := len(lines) - maxTriedLines; more > 0 {
		m.Lines = append(m.Lines, paragraph(c.say("And %s more.", c.thousands(more))))
	}
	m.Context = []chat.Text{c.say("This counts for no alert.")}
	return m
}

// tried is what one check came to, and its parts.
func (c Context) tried(t desk.Tried) []chat.Line {
	lines := []chat.Line{paragraph(chat.Text{{Strong: t.Probe.Name}, {Plain: " (" + t.Kind + "): "}}, c.cameTo(t.TryResult))}
	if len(t.Steps) == 0 {
		if parts := c.phases(t.Phases); parts != "" {
			lines = append(lines, chat.Line{Kind: chat.Item, Text: chat.Plain(parts)})
		}
		return lines
	}
	for _, s := range t.Steps {
		said := c.say("%s: passed in %s", s.Name, c.millis(s.Took))
		if s.Outcome != desk.Passed {
			said = c.say("%s: failed after %s", s.Name, c.millis(s.Took))
		}
		if parts := c.phases(s.Phases); parts != "" {
			said = append(said, chat.Span{Plain: " (" + parts + ")"})
		}
		lines = append(lines, chat.Line{Kind: chat.Item, Text: said})
	}
	return lines
}

// cameTo says what a try came to.
func (c Context) cameTo(r desk.TryResult) chat.Text {
	switch {
	case r.Outcome == desk.Unclear:
		return c.say("not known: %s.", r.Detail)
	case r.Outcome == desk.Failed:
		return c.say("failed after %s: %s.", c.millis(r.Took), c.failure(r))
	case r.Slow:
		return c.say("passed in %s, which is slow.", c.millis(r.Took))
	case r.Detail != "":
		return c.say("passed in %s: %s.", c.millis(r.Took), r.Detail)
	}
	return c.say("passed in %s.", c.millis(r.Took))
}

// phases lists the parts of a try that took any time.
func (c Context) phases(p desk.Phases) string {
	var parts []string
	for _, one := range []struct {
		took time.Duration
		say  string
	}{
		{p.DNS, c.word("name %s", c.millis(p.DNS))}, {p.Connect, c.word("connection %s", c.millis(p.Connect))},
		{p.TLS, c.word("TLS %s", c.millis(p.TLS))}, {p.FirstByte, c.word("first byte %s", c.millis(p.FirstByte))},
		{p.Transfer, c.word("rest %s", c.millis(p.Transfer))},
	} {
		if one.took > 0 {
			parts = append(parts, one.say)
		}
	}
	return strings.Join(parts, ", ")
}
