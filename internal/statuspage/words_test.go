package statuspage

import (
	"reflect"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// said lists every sentence of a language by its place.
func said(v reflect.Value, at string, out map[string]string) {
	switch v.Kind() {
	case reflect.String:
		out[at] = v.String()
	case reflect.Struct:
		for k := range v.NumField() {
			said(v.Field(k), at+"."+v.Type().Field(k).Name, out)
		}
	case reflect.Array:
		for k := range v.Len() {
			said(v.Index(k), at+"/"+string(rune('0'+k)), out)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			said(v.MapIndex(k), at+"/"+k.String(), out)
		}
	}
}

// TestEveryLanguageIsWhole compares the languages: each says everything, about the same.
func TestEveryLanguageIsWhole(t *testing.T) {
	en, es := map[string]string{}, map[string]string{}
	english, spanish := wordsIn(wording.Context{}), wordsIn(wording.Context{Language: wording.Spanish()})
	said(reflect.ValueOf(english), "", en)
	said(reflect.ValueOf(spanish), "", es)
	if len(en) < 70 || len(en) != len(es) {
		t.Errorf("%d sentences in English, %d in Spanish", len(en), len(es))
	}
	for at, text := range en {
		other := es[at]
		if text == "" || other == "" {
			t.Errorf("%s: %q, %q", at, text, other)
		}
		if strings.Count(text, "%s") != strings.Count(other, "%s") {
			t.Errorf("%s is about other things: %q, %q", at, text, other)
		}
		if len(text) > 12 && text == other {
			t.Errorf("%s is not translated: %q", at, text)
		}
	}
	for _, w := range []words{english, spanish} {
		for _, s := range desk.ServiceStatuses() {
			if w.status[s] == "" || w.is[s][0] == "" || w.went[s][1] == "" {
				t.Errorf("%s: no words for %s", w.own, s)
			}
		}
	}
}

// TestTheWordsForThePublic keeps those that posts, help and pages share.
func TestTheWordsForThePublic(t *testing.T) {
	for s, want := range map[desk.ServiceStatus]string{
		desk.Operational: "working", desk.DegradedPerformance: "slow", desk.PartialOutage: "partly not available",
		desk.MajorOutage: "not available", desk.UnderMaintenance: "planned work",
	} {
		if got := wordsIn(wording.Context{}).status[s]; got != want {
			t.Errorf("%s is %q, want %q", s, got, want)
		}
	}
}

func TestASentenceEndsOnce(t *testing.T) {
	for _, one := range []struct{ sentence, said, want string }{
		{"It began %s.", "4:12 AM", "It began 4:12 AM."},
		{"Empezó: %s.", "4:12 a. m.", "Empezó: 4:12 a. m."},
		{"%s (%s).", "Example Inc.", "Example Inc. ()."},
	} {
		if got := fill(one.sentence, ours(one.said), ours("")).Plain(); got != one.want {
			t.Errorf("%q, want %q", got, one.want)
		}
	}
}
