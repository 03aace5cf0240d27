package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// cue is one thing that a person does in a channel, or a monitor elsewhere.
type cue struct {
	// monitor is the name of one that calls; line is then what it says.
	monitor string
	who, in string
	line    string
	// press is the label of a button, which carries the line.
	press string
	// onCard: the button is in a post, which the host does not see.
	onCard bool
	// fill is what the form opened before is filled in with, by field; form is that form.
	fill map[string]string
	form chat.Form
	// native are the options in which Discord has the line; nil: it has its words.
	native map[string]string
	// host is the line on the host, where no channel is meant by itself; "-": it cannot be
	// said there.
	host string
	// own: the answer is about who or where it was typed, so the host's differs.
	own     bool
	refused bool
	after   time.Duration // passes before
}

func (c cue) String() string {
	if c.monitor != "" {
		return c.monitor + ": " + c.line
	}
	if c.press != "" {
		return "[" + c.press + "] " + c.line
	}
	return c.line
}

// usual is how long passes between two cues.
const usual = 30 * time.Second

// cues reads the script.
func cues(t *testing.T) (all []cue) {
	t.Helper()
	after := usual
	for line := range strings.Lines(strings.TrimSpace(script)) {
		line = strings.TrimSuffix(line, "\n")
		switch word, rest, _ := strings.Cut(line, " "); {
		case line == "the next day" && raced:
			return all
		case line == "the next day":
			continue
		case strings.HasPrefix(line, "\t"):
			all[len(all)-1].detail(t, strings.TrimSpace(line))
			continue
		case word == "wait":
			d, err := time.ParseDuration(rest)
			if err != nil {
				t.Fatal(err)
			}
			after += d
			continue
		}
		head, what, _ := strings.Cut(line, ": ")
		c := cue{line: what, after: after}
		if name, calls := strings.CutPrefix(head, "monitor "); calls {
			c.monitor = name
			all, after = append(all, c), usual
			continue
		}
		c.who, c.in, _ = strings.Cut(head, " ")
		if rest, pressed := strings.CutPrefix(what, "["); pressed {
			rest, c.onCard = strings.CutPrefix(rest, "[")
			c.press, c.line, _ = strings.Cut(rest, "] ")
		}
		if rest, is := strings.CutPrefix(what, "(form) "); is {
			c.fill = options(rest)
		}
		all = append(all, c)
		after = usual
	}
	return all
}

func (c *cue) detail(t *testing.T, line string) {
	t.Helper()
	kind, rest, _ := strings.Cut(line, ": ")
	switch kind {
	case "refused":
		c.refused = true
	case "own":
		c.own = true
	case "host":
		c.host = rest
	case "discord":
		c.native = options(rest)
	default:
		t.Fatalf("what does the script mean by %q?", line)
	}
}

// options reads "a=b; c=d".
func options(text string) map[string]string {
	all := map[string]string{}
	for _, option := range strings.Split(text, "; ") {
		name, value, _ := strings.Cut(option, "=")
		all[name] = value
	}
	return all
}

// onHost is the cue as it is typed on the host, where addresses are all that there is.
func (c cue) onHost(h *house) cue {
	if c.host != "" {
		c.line = c.host
	}
	plain := *h
	plain.mention, plain.room = h.at, h.address
	return c.at(&plain)
}

// at is the cue with the addresses and mentions of a house.
func (c cue) at(h *house) cue {
	pairs := []string{"{connection}", string(h.connection)}
	for _, name := range rooms() {
		pairs = append(pairs, "{"+name+"}", h.address(name), "{#"+name+"}", h.room(name))
	}
	for _, name := range cast() {
		pairs = append(pairs, "{@"+name+"}", h.mention(name))
	}
	fill := strings.NewReplacer(pairs...)
	c.line = fill.Replace(c.line)
	if c.native != nil {
		native := map[string]string{}
		for name, v := range c.native {
			native[name] = fill.Replace(v)
		}
		c.native = native
	}
	return c
}
