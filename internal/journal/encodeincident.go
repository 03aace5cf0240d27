package journal

import (
	"fmt"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// What every command about an incident writes is encoded here, as encoding/json does, to
// the byte: that takes most of the time of its transaction otherwise, in which all other
// commands wait.

// What usual records take, and some: of an incident, and of a line beside its texts.
const (
	largeRecord = 1280
	smallRecord = 384
)

// putRecord writes what write makes, of some room bytes.
func putRecord(tx storage.Tx, k storage.Key, room int, write func(*encoder)) error {
	e := encoder{b: make([]byte, 0, room)}
	if write(&e); e.err != nil {
		return fmt.Errorf("encode record %v: %w", k, e.err)
	}
	return tx.Put(k, e.b)
}

func (e *encoder) incident(i *desk.Incident) {
	e.raw(`{"Number":`)
	e.number(i.Number)
	e.raw(`,"Title":`)
	e.text(i.Title)
	e.raw(`,"Services":`)
	e.affected(i.Services)
	e.raw(`,"Impact":`)
	e.text(string(i.Impact))
	e.raw(`,"Peak":`)
	e.text(string(i.Peak))
	e.raw(`,"Status":`)
	e.text(string(i.Status))
	e.ifTrue(`,"Drill":`, i.Drill)
	e.raw(`,"DeclaredAt":`)
	e.time(i.DeclaredAt)
	e.raw(`,"DeclaredBy":`)
	e.text(i.DeclaredBy.String())
	e.raw(`,"DeclaredIn":`)
	e.text(i.DeclaredIn.String())
	e.raw(`,"BeganAt":`)
	e.time(i.BeganAt)
	e.timeUnless(`,"EndedAt":`, i.EndedAt)
	e.textUnless(`,"Lead":`, i.Lead.String())
	e.timeUnless(`,"RetractedAt":`, i.RetractedAt)
	e.textUnless(`,"RetractedWhy":`, i.RetractedWhy)
	e.numberUnless(`,"MergedInto":`, i.MergedInto)
	e.timeUnless(`,"ReopenedAt":`, i.ReopenedAt)
	e.timeUnless(`,"CriticalAt":`, i.CriticalAt)
	e.promises(i)
	e.witnessed(i)
	e.timeUnless(`,"WakeAt":`, i.WakeAt)
	e.updates(i.Latest)
	e.raw(`,"Updates":`)
	e.number(i.Updates)
	e.raw(`,"Entries":`)
	e.number(i.Entries)
	e.timeUnless(`,"CorrectedAt":`, i.CorrectedAt)
	e.raw("}")
}

func (e *encoder) affected(all []desk.Affected) {
	if all == nil {
		e.raw("null")
		return
	}
	e.list(len(all), func(k int) {
		e.raw(`{"Service":`)
		e.text(string(all[k].Service))
		e.raw(`,"Name":`)
		e.text(all[k].Name)
		e.raw(`,"Status":`)
		e.text(string(all[k].Status))
		e.raw("}")
	})
}

func (e *encoder) promises(i *desk.Incident) {
	e.timeUnless(`,"NextUpdateBy":`, i.NextUpdateBy)
	e.timeUnless(`,"ExpectedBy":`, i.ExpectedBy)
	e.timeUnless(`,"InformedAt":`, i.InformedAt)
	e.timeUnless(`,"NothingNewAt":`, i.NothingNewAt)
	e.timeUnless(`,"NudgedFor":`, i.NudgedFor)
	e.numberUnless(`,"Missed":`, i.Missed)
	e.ifTrue(`,"Relaxed":`, i.Relaxed)
	e.ifTrue(`,"RelaxedNow":`, i.RelaxedNow)
	e.numberUnless(`,"Window":`, i.Window)
}

func (e *encoder) witnessed(i *desk.Incident) {
	e.verification(i.Verify)
	e.ifTrue(`,"Verified":`, i.Verified)
	e.ifTrue(`,"Untested":`, i.Untested)
	if len(i.Alerts) > 0 {
		e.raw(`,"Alerts":`)
		e.list(len(i.Alerts), func(k int) { e.number(i.Alerts[k]) })
	}
	if len(i.Seen) > 0 {
		e.raw(`,"Seen":`)
		e.reports(i.Seen)
	}
	e.ifTrue(`,"Auto":`, i.Auto)
}

func (e *encoder) verification(v *desk.Verification) {
	if v == nil {
		return
	}
	e.raw(`,"Verify":{"Since":`)
	e.time(v.Since)
	e.raw(`,"By":`)
	e.text(v.By.String())
	e.raw(`,"Text":`)
	e.text(v.Text)
	e.raw(`,"Passes":`)
	e.number(v.Passes)
	e.timeUnless(`,"AskAt":`, v.AskAt)
	e.timeUnless(`,"AskedAt":`, v.AskedAt)
	e.textsUnless(`,"Failing":`, len(v.Failing), func(k int) string { return v.Failing[k] })
	e.raw("}")
}

func (e *encoder) updates(all []desk.Update) {
	if len(all) == 0 {
		return
	}
	e.raw(`,"Latest":`)
	e.list(len(all), func(k int) {
		u := &all[k]
		e.raw(`{"Number":`)
		e.number(u.Number)
		e.raw(`,"At":`)
		e.time(u.At)
		e.raw(`,"Status":`)
		e.text(string(u.Status))
		e.raw(`,"Text":`)
		e.text(u.Text)
		e.timeUnless(`,"CorrectedAt":`, u.CorrectedAt)
		e.raw("}")
	})
}

// textsUnless writes a list of n texts, and none of none.
func (e *encoder) textsUnless(name string, n int, text func(k int) string) {
	if n > 0 {
		e.raw(name)
		e.list(n, func(k int) { e.text(text(k)) })
	}
}

func (e *encoder) entry(n *desk.Entry) {
	e.raw(`{"Seq":`)
	e.number(n.Seq)
	e.raw(`,"At":`)
	e.time(n.At)
	e.raw(`,"By":`)
	e.text(n.By.String())
	e.raw(`,"Kind":`)
	e.text(string(n.Kind))
	e.textUnless(`,"Text":`, n.Text)
	e.textUnless(`,"Before":`, n.Before)
	e.textUnless(`,"After":`, n.After)
	e.numberUnless(`,"Update":`, n.Update)
	e.textUnless(`,"Status":`, string(n.Status))
	e.textUnless(`,"Impact":`, string(n.Impact))
	e.timeUnless(`,"CorrectedAt":`, n.CorrectedAt)
	if n.Was != (desk.Period{}) {
		e.raw(`,"Was":{"From":`)
		e.time(n.Was.From)
		e.raw(`,"To":`)
		e.time(n.Was.To)
		e.raw("}")
	}
	e.timeUnless(`,"Since":`, n.Since)
	e.ifTrue(`,"Unseen":`, n.Unseen)
	e.raw("}")
}

func (e *encoder) audit(a *AuditEntry) {
	e.raw(`{"At":`)
	e.time(a.At)
	e.raw(`,"By":`)
	e.text(a.By.String())
	e.textUnless(`,"Name":`, a.Name)
	e.textUnless(`,"From":`, a.From.String())
	e.textUnless(`,"Request":`, a.Request)
	e.raw(`,"Did":`)
	e.text(a.Did)
	e.raw(`,"About":`)
	e.text(a.About)
	e.textUnless(`,"Before":`, a.Before)
	e.textUnless(`,"After":`, a.After)
	e.textUnless(`,"Reason":`, a.Reason)
	e.raw("}")
}

// encode writes what a change came to, for when its request comes again.
func (a *Applied) encode(e *encoder) {
	e.raw(`{"Incident":`)
	e.incident(&a.Incident)
	e.raw(`,"Entry":`)
	e.entry(&a.Entry)
	if len(a.Also) > 0 {
		e.raw(`,"Also":`)
		e.list(len(a.Also), func(k int) { e.entry(&a.Also[k]) })
	}
	e.ifTrue(`,"Untold":`, a.Untold)
	e.ifTrue(`,"Forgotten":`, a.Forgotten)
	e.raw(`,"Channels":`)
	e.number(a.Channels)
	if a.Held != nil {
		e.raw(`,"Held":{"Until":`)
		e.time(a.Held.Until)
		e.raw(`,"Channels":`)
		e.number(a.Held.Channels)
		e.raw("}")
	}
	e.textsUnless(`,"Stopped":`, len(a.Stopped), func(k int) string { return string(a.Stopped[k]) })
	if a.Into != nil {
		e.raw(`,"Into":`)
		e.incident(a.Into)
	}
	e.textsUnless(`,"Answered":`, len(a.Answered), func(k int) string { return a.Answered[k].String() })
	e.textsUnless(`,"Tests":`, len(a.Tests), func(k int) string { return a.Tests[k].String() })
	e.raw("}")
}
