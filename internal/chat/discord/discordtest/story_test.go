package discordtest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// witness is a testing.TB that notes failures instead of failing. Fatal ends the story
// with a panic that caught recovers.
type witness struct {
	testing.TB
	said    []string
	cleanup []func()
}

var errFatal = errors.New("fatal")

func (w *witness) Helper()                      {}
func (w *witness) Cleanup(f func())             { w.cleanup = append(w.cleanup, f) }
func (w *witness) Logf(string, ...any)          {}
func (w *witness) Errorf(f string, args ...any) { w.said = append(w.said, fmt.Sprintf(f, args...)) }
func (w *witness) Fatalf(f string, args ...any) { w.Errorf(f, args...); panic(errFatal) }

// caught runs a story to its end and returns what it complained of.
func (w *world) caught(t *testing.T, f func(*Story)) string {
	wit := &witness{TB: t}
	st := NewStory(wit, w.Server)
	st.Patience(10 * time.Millisecond)
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(errFatal) {
				panic(r)
			}
		}()
		f(st)
	}()
	for _, end := range wit.cleanup {
		end()
	}
	return strings.Join(wit.said, "\n")
}

func TestAStoryComplainsOfWhatNobodyExpected(t *testing.T) {
	for name, tc := range map[string]struct {
		story func(*world, *Story)
		want  string // part of the complaint; "": none
	}{
		"all expected": {func(w *world, st *Story) {
			m := st.Expect("1001", "INC-1")
			st.ExpectEdit(m, "INC-1")
			st.ExpectEverywhere([]ID{"1002"}, "also")
			st.Type("1001", "501", "/incident list")
		}, ""},
		"one too many": {func(w *world, st *Story) { st.Expect("1001", "INC-1") }, "nobody expected this in 1002: BOT: also"},
		"what is not":  {func(w *world, st *Story) { st.Expect("1001", "INC-2") }, `a message in 1001 with "INC-2"`},
		"another order": {func(w *world, st *Story) {
			st.Expect("1002", "also")
			w.post("1001", `{"content":"two"}`)
			st.Expect("1001", "two")
			st.Expect("1001", "INC-1")
		}, `a message in 1001 with "INC-1"`},
		"no such edit": {func(w *world, st *Story) { st.ExpectEdit(st.Expect("1001", "INC-1"), "changed") }, `to read "changed"`},
		"a bad answer": {func(w *world, st *Story) {
			w.bot = func(rw http.ResponseWriter, _ *http.Request) { answer(rw, `{"type":4,"data":{"content":""}}`) }
			st.Type("1001", "501", "/incident list")
		}, "50006"},
		"no form":   {func(w *world, st *Story) { st.Form("501") }, "501 sees no form"},
		"no button": {func(w *world, st *Story) { st.Click(st.Expect("1001", "INC-1"), "501", "Go") }, "has no button"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.post("1001", `{"content":"INC-0, before the story"}`)
			got := w.caught(t, func(st *Story) {
				w.post("1001", `{"content":"INC-1 is open"}`)
				w.post("1002", `{"content":"also"}`)
				tc.story(w, st)
			})
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("%s", got)
			}
		})
	}
}
