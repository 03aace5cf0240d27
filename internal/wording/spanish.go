package wording

import (
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Spanish is the language of Spanish readers. It speaks to them as usted or to nobody,
// as a university's helpdesk does, and says nothing that would have to know the gender
// of a service: its name is the organization's, most often an English one.
func Spanish() *Language {
	texts := map[string]string{}
	for _, part := range spanishTexts() {
		maps.Copy(texts, part)
	}
	return &Language{Code: "es", texts: texts, grammar: grammar{
		joint: spanishJoint, joints: []string{" y ", " e "},
		clause: spanishClause, work: spanishWork, units: " y ",
		thousands: spanishThousands,
		write:     spanishTime,
	}}
}

// spanishTexts are the sentences, each in one of them.
func spanishTexts() []map[string]string {
	return []map[string]string{
		spanishPosts(), spanishWords(), spanishNotices(), spanishOps(), spanishTroubles(), spanishDone(), spanishReading(), spanishStandings(),
		spanishSubscriptions(), spanishAccess(), spanishForms(), spanishFields(), spanishTests(), spanishHelp(), spanishMoreHelp(), spanishExamples(),
		spanishPlanning(), spanishWindowAnswers(), spanishWindowForms(), spanishWindowHelp(), spanishWindowExamples(), spanishWindowRules(),
		spanishRefusals(), spanishTimes(), spanishRules(), spanishHints(), spanishTerms(),
		spanishWindows(), spanishWindowOps(), spanishQuestions(), spanishFaculty(), spanishDigest(), spanishTeams(), spanishDiscord(), spanishReasons(),
		spanishPage(), spanishPagePlans(), spanishFeeds(), spanishAlerts(), spanishProbes(), spanishProbeHelp(), spanishSorry(), spanishSorryStaff(), spanishVerify(),
	}
}

// spanishJoint is "y", but "e" before the sound of i (Diccionario panhispánico de
// dudas, "y"): not in "hierro", and not in "iPad", which is said in English.
func spanishJoint(last string) string {
	s := strings.TrimPrefix(strings.ToLower(last), "h")
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	original, _ := utf8.DecodeRuneInString(last[min(n, len(last)):])
	if (first == 'i' || first == 'í') && !strings.ContainsRune("aeou", second) && !unicode.IsUpper(original) {
		return " e "
	}
	return " y "
}

// spanishThousands parts groups by a space, from five digits on (Ortografía de la
// lengua española, 2010): readers of both 1,234 and 1.234 understand it.
func spanishThousands(n int) string {
	if n < 10_000 {
		return fmt.Sprint(n)
	}
	return grouped(n, "\u00a0")
}

func spanishClause(c clause) string {
	adverb := [...]string{present: " ", past: " ", again: " de nuevo ", changed: " ahora ", still: " todavía "}[c.tense]
	works := c.verb("funciona", "funcionan", "funcionó", "funcionaron")
	is := c.verb("está", "están", "estuvo", "estuvieron")
	switch c.status {
	case desk.Operational:
		return c.names + " " + works + " con normalidad"
	case desk.UnderMaintenance:
		return c.names + adverb + c.verb("tiene", "tienen", "tuvo", "tuvieron") + " trabajo programado"
	case desk.DegradedPerformance:
		return c.names + adverb + works + " con lentitud"
	case desk.PartialOutage:
		return c.names + adverb + is + either(c.many, " disponible", " disponibles") + " solo en parte"
	}
	return c.names + adverb + "no " + is + either(c.many, " disponible", " disponibles")
}

// verb chooses the form of a verb: of one or many, in the present or the past.
func (c clause) verb(one, many, oneWas, manyWere string) string {
	if c.tense == past {
		return either(c.many, oneWas, manyWere)
	}
	return either(c.many, one, many)
}

func spanishWork(w work) string {
	verb := func(one, many, will, manyWill string) string {
		if w.future {
			return either(w.many, will, manyWill)
		}
		return either(w.many, one, many)
	}
	switch w.effect {
	case desk.EffectDegraded:
		return w.names + " " + verb("funciona", "funcionan", "funcionará", "funcionarán") + " con lentitud"
	case desk.EffectAtRisk:
		return w.names + " " + either(w.many, "debería", "deberían") + " funcionar, pero puede haber cortes"
	}
	return w.names + " no " + verb("está disponible", "están disponibles", "estará disponible", "estarán disponibles")
}

// spanishTime writes the clock with 24 hours and two digits, so that nobody at 4 a.m.
// takes it for the afternoon's.
func spanishTime(t time.Time, form chat.TimeForm) string {
	month := [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
		"noviembre", "diciembre"}[t.Month()-1]
	day := [...]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}[t.Weekday()]
	clock := t.Format("15:04 MST")
	switch form {
	case chat.DayClock:
		return fmt.Sprintf("%s %d %s %s", short(day), t.Day(), short(month), clock)
	case chat.FullDate:
		return fmt.Sprintf("%s, %d de %s de %d, %s", day, t.Day(), month, t.Year(), clock)
	case onlyDay:
		return fmt.Sprintf("%s, %d de %s de %d", day, t.Day(), month, t.Year())
	case chat.Seconds:
		return t.Format("15:04:05 MST")
	case weekClock:
		return short(day) + " " + clock
	case dayTime:
		return t.Format("15:04")
	case PageDay:
		return fmt.Sprintf("%d %s, %s", t.Day(), short(month), t.Format("15:04"))
	case PageYear:
		return fmt.Sprintf("%d %s %d, %s", t.Day(), short(month), t.Year(), t.Format("15:04"))
	case PageDate:
		return fmt.Sprintf("%s %d %s", short(day), t.Day(), short(month))
	case PageDateYear:
		return fmt.Sprintf("%s %d %s %d", short(day), t.Day(), short(month), t.Year())
	case PageMonth:
		return fmt.Sprintf("%s de %d", month, t.Year())
	case PageWeek, PageAges:
		return short(day) + " " + spanishTime(t, pageDate(form))
	}
	return clock
}

// short is the first three letters of a day or month.
func short(s string) string { return string([]rune(s)[:3]) }
