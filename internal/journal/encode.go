package journal

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Reports and alerts are written many times a second in a storm. They are encoded here as
// encoding/json does, to the byte, with a tenth of its work; a test compares the two.

// paper is what a hearing writes on: one record, and the list of what was heard.
type paper struct{ record, heard encoder }

// papers are those that nobody writes on.
type papers struct{ pool sync.Pool }

func (p *papers) take() *paper {
	if one, ok := p.pool.Get().(*paper); ok {
		one.heard.reset()
		return one
	}
	return &paper{encoder{b: make([]byte, 0, 8<<10)}, encoder{b: make([]byte, 0, 8<<10)}}
}

// giveBack gives one back that was written on as much as is usual.
func (p *papers) giveBack(one *paper) {
	if cap(one.record.b)+cap(one.heard.b) <= 128<<10 {
		p.pool.Put(one)
	}
}

// encoder makes JSON. An error of it stays.
type encoder struct {
	b   []byte
	err error
}

func (e *encoder) reset() { e.b, e.err = e.b[:0], nil }

func (e *encoder) raw(s string) { e.b = append(e.b, s...) }

// text writes a text. Most need no escape.
func (e *encoder) text(s string) {
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || '-' <= c && c <= ';' || 'A' <= c && c <= 'Z' { // as most are
			continue
		}
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			escaped, err := json.Marshal(s)
			e.b = append(e.b, escaped...)
			e.fail(err)
			return
		}
	}
	e.b = append(append(append(e.b, '"'), s...), '"')
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *encoder) time(t time.Time) {
	written, err := t.AppendText(append(e.b, '"'))
	if err != nil {
		e.fail(err)
		return
	}
	e.b = append(written, '"')
}

func (e *encoder) number(n int) { e.b = strconv.AppendInt(e.b, int64(n), 10) }

// The fields of an object are each written with the comma and the name before it; those
// that are left out where they say nothing have their own methods.

func (e *encoder) textUnless(name, s string) {
	if s != "" {
		e.raw(name)
		e.text(s)
	}
}

func (e *encoder) timeUnless(name string, t time.Time) {
	if !t.IsZero() {
		e.raw(name)
		e.time(t)
	}
}

func (e *encoder) numberUnless(name string, n int) {
	if n != 0 {
		e.raw(name)
		e.number(n)
	}
}

func (e *encoder) ifTrue(name string, is bool) {
	if is {
		e.raw(name)
		e.raw("true")
	}
}

// list writes a list of n.
func (e *encoder) list(n int, one func(k int)) {
	e.raw("[")
	for k := range n {
		if k > 0 {
			e.raw(",")
		}
		one(k)
	}
	e.raw("]")
}

func (e *encoder) report(r *desk.Report) {
	e.raw(`{"Witness":{"Kind":`)
	e.text(string(r.Witness.Kind))
	e.raw(`,"Name":`)
	e.text(r.Witness.Name)
	e.textUnless(`,"Check":`, r.Witness.Check)
	e.raw(`},"Service":`)
	e.text(string(r.Service))
	e.raw(`,"Expectation":`)
	e.text(string(r.Expectation))
	e.raw(`,"State":`)
	e.text(string(r.State))
	e.raw(`,"Since":`)
	e.time(r.Since)
	e.raw(`,"At":`)
	e.time(r.At)
	e.timeUnless(`,"FirstAt":`, r.FirstAt)
	e.textUnless(`,"Called":`, r.Called)
	e.textUnless(`,"Detail":`, r.Detail)
	e.textUnless(`,"Step":`, r.Step)
	if len(r.Places) > 0 {
		e.raw(`,"Places":`)
		e.list(len(r.Places), func(k int) { e.text(r.Places[k]) })
	}
	e.textUnless(`,"Link":`, r.Link)
	e.ifTrue(`,"Warns":`, r.Warns)
	e.ifTrue(`,"Retired":`, r.Retired)
	e.ifTrue(`,"Closed":`, r.Closed)
	e.ifTrue(`,"Sorry":`, r.Sorry)
	e.raw("}")
}

func (e *encoder) reports(all []desk.Report) {
	e.list(len(all), func(k int) { e.report(&all[k]) })
}

func (e *encoder) alerted(s *desk.Alerted) {
	e.raw(`{"Service":`)
	e.text(string(s.Service))
	e.raw(`,"Name":`)
	e.text(s.Name)
	e.textUnless(`,"Behind":`, s.Behind)
	e.numberUnless(`,"Failing":`, s.Failing)
	e.timeUnless(`,"ClearedAt":`, s.ClearedAt)
	e.ifTrue(`,"Closed":`, s.Closed)
	e.ifTrue(`,"Gone":`, s.Gone)
	if len(s.Seen) > 0 {
		e.raw(`,"Seen":`)
		e.reports(s.Seen)
	}
	e.raw("}")
}

func (e *encoder) alert(a *desk.Alert) {
	e.raw(`{"Number":`)
	e.number(a.Number)
	e.raw(`,"Expectation":`)
	e.text(string(a.Expectation))
	e.raw(`,"Services":`)
	if a.Services == nil {
		e.raw("null")
	} else {
		e.list(len(a.Services), func(k int) { e.alerted(&a.Services[k]) })
	}
	e.raw(`,"Since":`)
	e.time(a.Since)
	e.raw(`,"RaisedAt":`)
	e.time(a.RaisedAt)
	e.raw(`,"JoinedAt":`)
	e.time(a.JoinedAt)
	e.raw(`,"ChangedAt":`)
	e.time(a.ChangedAt)
	e.timeUnless(`,"ClearedAt":`, a.ClearedAt)
	e.ifTrue(`,"Warned":`, a.Warned)
	e.ifTrue(`,"Unwatched":`, a.Unwatched)
	e.timeUnless(`,"EasedAt":`, a.EasedAt)
	e.numberUnless(`,"Again":`, a.Again)
	e.timeUnless(`,"AckedAt":`, a.AckedAt)
	e.person(`,"AckedBy":`, a.AckedBy)
	e.timeUnless(`,"HeldUntil":`, a.HeldUntil)
	e.timeUnless(`,"DeclareAt":`, a.DeclareAt)
	e.timeUnless(`,"DeclareTold":`, a.DeclareTold)
	e.ifTrue(`,"Declined":`, a.Declined)
	e.numberUnless(`,"Incident":`, a.Incident)
	e.numberUnless(`,"Before":`, a.Before)
	e.timeUnless(`,"LagUntil":`, a.LagUntil)
	e.numberUnless(`,"Into":`, a.Into)
	e.ifTrue(`,"Leads":`, a.Leads)
	e.timeUnless(`,"SilentSince":`, a.SilentSince)
	e.textUnless(`,"Told":`, string(a.Told))
	e.timeUnless(`,"ToldAt":`, a.ToldAt)
	e.ifTrue(`,"Dirty":`, a.Dirty)
	e.timeUnless(`,"WakeAt":`, a.WakeAt)
	e.raw("}")
}

// person writes who did something, as seldom as it is.
func (e *encoder) person(name string, p desk.Person) {
	if p == (desk.Person{}) {
		return
	}
	written, err := json.Marshal(p)
	e.raw(name)
	e.b = append(e.b, written...)
	e.fail(err)
}
