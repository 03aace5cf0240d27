package intake

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// refusal is a call that is not served: a sentence that is safe to show and helps who
// set the monitor up, and the cause for the log.
type refusal struct {
	status   int
	sentence string
	cause    error
}

func unreadable(sentence string) *refusal {
	return &refusal{status: http.StatusBadRequest, sentence: sentence}
}

// comeAgain is when to repeat a call that could not be stored, in seconds.
const comeAgain = "5"

func refuse(w http.ResponseWriter, r refusal) {
	if r.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", comeAgain)
	}
	http.Error(w, r.sentence, r.status)
}

// shownLines is how many parts of a kind an answer lists.
const shownLines = 10

// lines counts sentences and keeps the first.
type lines struct {
	count int
	kept  []string
}

func (l *lines) add(sentence string) {
	if l.count++; len(l.kept) < shownLines {
		l.kept = append(l.kept, sentence)
	}
}

func (l *lines) first() string {
	if l.count == 0 {
		return ""
	}
	return l.kept[0]
}

func (l *lines) write(b *strings.Builder, before string) {
	for _, sentence := range l.kept {
		b.WriteString("\n" + before + sentence)
	}
	if more := l.count - len(l.kept); more > 0 {
		fmt.Fprintf(b, "\n%sand %d more.", before, more)
	}
}

// answer says in the response what was done, and returns its status.
func (h heard) answer(w http.ResponseWriter) int {
	status := http.StatusOK
	if len(h.unmapped) > 0 {
		status = http.StatusAccepted
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(h.text() + "\n")) // who asked and left does not need it
	return status
}

// text is what was done with a call, for who looks at the monitor's log.
func (h heard) text() string {
	var b strings.Builder
	failing := 0
	for _, r := range h.reports {
		if r.State == desk.Failing {
			failing++
		}
	}
	fmt.Fprintf(&b, "Taken: %d failing, %d passing.", failing, len(h.reports)-failing)
	var unmapped lines
	for _, u := range h.unmapped {
		unmapped.add(lineToAdd(u))
	}
	unmapped.write(&b, "Maps to no service: ")
	h.silent.write(&b, "Not told: ")
	h.bad.write(&b, "Not read: ")
	if h.remark != "" {
		b.WriteString("\n" + h.remark)
	}
	return b.String()
}

// lineToAdd says which line maps a check to a service.
func lineToAdd(u desk.Unmapped) string {
	called := ""
	if u.Called != "" && u.Called != u.Check {
		called = " (" + u.Called + ")"
	}
	return fmt.Sprintf("%s%s: add to [[sources]] %s: checks = { %s = \"SERVICE\" }", u.Check, called, u.Source, quoted(u.Check))
}

// quoted is a text as TOML writes it.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
