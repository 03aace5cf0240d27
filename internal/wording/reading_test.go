package wording

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// maxGrade is the school year that must understand our English sentences, by the
// formula of Kincaid and others (Navy report 8-75, 1975; a colon ends a sentence).
// Advice for texts in an emergency mostly asks for 6 to 9.
const maxGrade = 6.0

// minEase is how easily our Spanish sentences must read by the formula of Fernández
// Huerta ("Medidas sencillas de lecturabilidad", 1959; words per sentence and syllables
// per word as Law put it right in 2011): from 80 on it is "fácil", for the sixth
// school year.
const minEase = 80.0

// maxWords is the longest sentence of ours, in words.
const maxWords = 24

// hardness says what is too hard about sentences; nothing where they are easy. slack is
// how many school years more they may ask for; one is about five points of ease.
func hardness(c Context, sentences []string, slack float64) string {
	if c.Language == nil {
		if g := grade(sentences); g > maxGrade+slack {
			return fmt.Sprintf("our sentences need school year %.1f, want %.1f at most", g, maxGrade+slack)
		}
		return ""
	}
	if e := ease(sentences); e < minEase-5*slack {
		return fmt.Sprintf("our sentences read with ease %.0f, want %.0f at least", e, minEase-5*slack)
	}
	return ""
}

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

// averages are the words of a sentence and the syllables of a word.
func averages(sentences []string, syllables func(string) int) (words, beats float64) {
	for _, s := range sentences {
		for _, w := range strings.Fields(s) {
			words++
			beats += float64(syllables(w))
		}
	}
	return words / float64(len(sentences)), beats / words
}

func grade(sentences []string) float64 {
	words, beats := averages(sentences, syllables)
	return 0.39*words + 11.8*beats - 15.59
}

func ease(sentences []string) float64 {
	words, beats := averages(sentences, syllablesOfSpanish)
	return 206.84 - 60*beats - 1.02*words
}

// nucleus is one syllable's vowels: a strong one with weak ones beside it, weak ones
// alone, or a weak one whose accent parts it from its neighbours.
var nucleus = regexp.MustCompile(`[íú]|[iuüy]*[aeoáéó][iuüy]*|[iuüy]+`)

func syllablesOfSpanish(word string) int {
	return max(1, len(nucleus.FindAllString(strings.ToLower(word), -1)))
}

func TestAFirstYearStudentUnderstandsOurSentences(t *testing.T) { inEach(t, understands) }

func understands(t *testing.T, in Context) {
	var all []string
	for _, s := range stories(t, in) {
		all = append(all, sentencesOf(in, s.said, s.inc.Title)...)
	}
	easy(t, in, all)
}

// What is said of planned work and of promises, and what ops is asked, is as easy.
func TestAFirstYearStudentUnderstandsPlannedWork(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		var all []string
		for _, p := range plans(t, in) {
			all = append(all, sentencesOf(in, p.said, p.w.Title)...)
		}
		for _, s := range promiseStories(t, in) {
			all = append(all, sentencesOf(in, s.said, s.inc.Title)...)
		}
		easy(t, in, all)
		var asked []string
		for _, q := range questions(t, in) {
			asked = append(asked, sentences(askedIn(in, q, day(4, 4, 12)), nil)...)
		}
		easy(t, in, asked)
	})
}

// sentencesOf are those of the newest announcement, in the post and in a reply.
func sentencesOf(in Context, said []*desk.Announcement, title string) []string {
	typed := map[string]bool{title: true}
	for _, a := range said {
		typed[a.Text] = a.Text != in.ReadyText()
	}
	newest := said[len(said)-1]
	d := chat.Delivery{Subject: newest.Subject, N: newest.N, Snapshot: &newest.Snapshot, Root: "root", Ops: true}
	all := sentences(in.Post(d), typed)
	if d.Said = said[len(said)-1:]; len(audible(d.Said)) > 0 {
		all = append(all, sentences(in.Post(d), typed)...)
	}
	return all
}

func easy(t *testing.T, in Context, all []string) {
	t.Helper()
	for _, s := range all {
		if n := len(strings.Fields(s)); n > maxWords {
			t.Errorf("%d words: %s", n, s)
		}
	}
	if hard := hardness(in, all, 0); hard != "" {
		t.Error(hard)
	}
	t.Logf("school year %.1f, ease %.1f over %d sentences", grade(all), ease(all), len(all))
}

func TestGradeTellsEasyFromHard(t *testing.T) {
	easy := grade([]string{"The cat sat on the mat", "We will post again soon"})
	hard := grade([]string{"Our investigation determined that asynchronous rewrites overwhelmed a shared infrastructure component responsible for coordinating background work"})
	if easy > 4 || hard < 14 {
		t.Errorf("easy %.1f, hard %.1f", easy, hard)
	}
	easy = ease([]string{"El gato está en la mesa", "Daremos más noticias pronto"})
	hard = ease([]string{"Nuestra investigación determinó que las operaciones asíncronas sobrecargaron un componente compartido de la infraestructura responsable de coordinar los procesos"})
	if easy < 80 || hard > 40 {
		t.Errorf("Spanish: easy %.0f, hard %.0f", easy, hard)
	}
}

func TestSyllablesOfSpanish(t *testing.T) {
	for word, want := range map[string]int{
		"pan": 1, "noticias": 3, "todavía": 4, "aún": 2, "ausente": 3, "y": 1, "muy": 1, "quien": 1, "leer": 2, "está": 2,
		"investigación": 5, "INC-42": 1, "hay": 1, "incidentes": 4, "Página": 3,
	} {
		if got := syllablesOfSpanish(word); got != want {
			t.Errorf("%s has %d, want %d", word, got, want)
		}
	}
}
