package wording

import (
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
)

// The mail that calls somebody, and what ops is told where nobody could be called.
func TestCalls(t *testing.T) {
	inc42 := desk.Subject{Kind: desk.IncidentSubject, Number: 42}
	for name, in := range map[string]Context{"English": campus(), "Spanish": campusIn(Spanish())} {
		t.Run(name, func(t *testing.T) {
			down := Unanswered{
				About: inc42, Title: campus().ReadyTitle(affected("learn")), Services: affected("learn"),
				Since: day(3, 23, 40), Missed: 2, At: day(4, 0, 20),
			}
			work := Unanswered{
				About: desk.Subject{Kind: desk.WindowSubject, Number: 17}, Title: typedIn(t, in, "New database"),
				Services: affected("learn", "portal"), Since: day(9, 7, 0), Missed: 1, At: day(9, 8, 0),
			}
			var b strings.Builder
			var all []string
			for _, u := range []Unanswered{down, work} {
				subject, body := in.CallMail(u)
				b.WriteString("Subject: " + subject + "\n\n" + body + "\n")
				ours := strings.NewReplacer(subject+"\n", "", u.About.String(), "").Replace(body)
				ours, _, _ = strings.Cut(ours, in.StatusURL)
				all = append(all, wholeSentences(ours)...)
			}
			b.WriteString(in.Uncalled(inc42) + "\n")
			easy(t, in, append(all, wholeSentences(in.Uncalled(inc42))...))
			golden(t, in, "calls", b.String())
		})
	}
}

// wholeSentences are the whole sentences of a text.
func wholeSentences(text string) (out []string) {
	for _, one := range sentenceEnd.Split(text, -1) {
		if len(strings.Fields(one)) > 2 {
			out = append(out, one)
		}
	}
	return out
}
