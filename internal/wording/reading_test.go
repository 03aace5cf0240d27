package wording

import (
	"regexp"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat"
)

// maxGrade is the school year that must understand our sentences, by the formula
// of Kincaid and others (Navy report 8-75, 1975; a colon ends a sentence). Advice
// for texts in an emergency mostly asks for 6 to 9.
const maxGrade = 6.0

// maxWords is the longest sentence of ours, in words.
const maxWords = 24

var (
	sentenceEnd = regexp.MustCompile(`[.!?:;]+(\s|$)`)
	vowels      = regexp.MustCompile(`[aeiouy]+`)
)

// sentences are what a message says in whole sentences, without what people
// typed and without numbers of incidents, which are read as a sign.
func sentences(m chat.Message, known map[string]bool) (out []string) {
	for _, text := range append(texts(m), confirmations(m)...) {
		var ours chat.Text
		for _, s := range text {
			if !known[s.Plain] && s.Link.URL == "" && s.Strong == "" {
				ours = append(ours, s)
			}
		}
		for _, one := range sentenceEnd.Split(ours.PlainText(eastern), -1) {
			if len(strings.Fields(one)) > 2 {
				out = append(out, one)
			}
		}
	}
	return out
}

func confirmations(m chat.Message) (out []chat.Text) {
	for _, a := range m.Actions {
		out = append(out, chat.Plain(a.Confirm))
	}
	return out
}

func syllables(word string) int {
	word = strings.ToLower(word)
	n := len(vowels.FindAllString(word, -1))
	if strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") && n > 1 {
		n--
	}
	return max(1, n)
}

func grade(sentences []string) float64 {
	words, beats := 0, 0
	for _, s := range sentences {
		for _, w := range strings.Fields(s) {
			words++
			beats += syllables(w)
		}
	}
	return 0.39*float64(words)/float64(len(sentences)) + 11.8*float64(beats)/float64(words) - 15.59
}

func TestAFirstYearStudentUnderstandsOurSentences(t *testing.T) {
	var all []string
	for _, s := range stories(t) {
		typed := map[string]bool{s.inc.Title: true}
		for _, a := range s.said {
			typed[a.Text] = a.Text != ReadyText()
		}
		d := chat.Delivery{Subject: s.inc.Subject(), N: s.newest().N, Snapshot: &s.newest().Snapshot, Root: "root", Ops: true}
		all = append(all, sentences(campus().Post(d), typed)...)
		if d.Said = s.said[len(s.said)-1:]; len(audible(d.Said)) > 0 {
			all = append(all, sentences(campus().Post(d), typed)...)
		}
	}
	for _, s := range all {
		if n := len(strings.Fields(s)); n > maxWords {
			t.Errorf("%d words: %s", n, s)
		}
	}
	if g := grade(all); g > maxGrade {
		t.Errorf("our sentences need school year %.1f, want %.1f at most", g, maxGrade)
	} else {
		t.Logf("school year %.1f over %d sentences", g, len(all))
	}
}

func TestGradeTellsEasyFromHard(t *testing.T) {
	easy := grade([]string{"The cat sat on the mat", "We will post again soon"})
	hard := grade([]string{"Our investigation determined that asynchronous rewrites overwhelmed a shared infrastructure component responsible for coordinating background work"})
	if easy > 4 || hard < 14 {
		t.Errorf("easy %.1f, hard %.1f", easy, hard)
	}
}
