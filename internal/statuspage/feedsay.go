package statuspage

import (
	"fmt"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// bulletin is an entry of a feed, as people read it: by itself, long after, and beside
// those of others. So it promises nothing, and each time in it has its day.
type bulletin struct {
	ID       string // never that of another; see herald.id
	Title    string // all that a list shows
	Link     string
	Passages []passage
	Tags     []string // the ids of the services, and what they were
	At       time.Time
	Updated  time.Time
}

// passage is a paragraph of our words, or of what somebody typed.
type passage struct{ Said, Typed phrase }

// text is a bulletin without mark-up.
func (b bulletin) text() string {
	var all []string
	for _, one := range b.Passages {
		all = append(all, one.Said.Plain()+one.Typed.Plain())
	}
	return strings.Join(all, "\n\n")
}

func linesOf(text string) []string { return strings.Split(plainLines(text), "\n") }

// herald says in one language what feeds tell.
type herald struct {
	*view
	host  string
	query string // that links carry
}

func (p *Pages) newHerald(t *tongue) *herald {
	h := &herald{view: p.newView(&snapshot{}, t, address{tag: t.tag}), host: hostOf(p.settings.Words.StatusURL)}
	h.query = p.feedQuery(t.tag)
	return h
}

// feedQuery is the query of a feed in a language: the first needs none.
func (p *Pages) feedQuery(tag string) string {
	if tag == p.tongues.all[0].tag {
		return ""
	}
	return "?lang=" + tag
}

// id is the id of what was said, as a tag of RFC 4151: by its subject, its time and its
// place in the timeline, none of which is corrected. Of the number and the place alone a
// record that was restored could make the same again.
func (h *herald) id(t told) string {
	at := t.At.UTC()
	return fmt.Sprintf("tag:%s,%s:%s/%s/%d", strings.ToLower(h.host), at.Format(time.DateOnly), t.subject(), at.Format("150405"), t.Seq)
}

// bulletin says one thing.
func (h *herald) bulletin(t told) bulletin {
	h.now = t.At // a time has its year where that was another
	b := bulletin{ID: h.id(t), At: t.At, Updated: t.updated}
	if t.incident != nil {
		h.ofIncident(&b, t)
	} else {
		h.ofWindow(&b, t)
	}
	for _, one := range b.Passages {
		if hasTime(one.Said) {
			b.Passages = append(b.Passages, passage{Said: h.Zone})
			break
		}
	}
	return b
}

func hasTime(p phrase) bool {
	for _, one := range p {
		if one.Time != "" {
			return true
		}
	}
	return false
}

func (b *bulletin) say(all ...phrase) {
	for _, one := range all {
		if len(one) > 0 {
			b.Passages = append(b.Passages, passage{Said: one})
		}
	}
}

func (b *bulletin) quote(all ...phrase) {
	for _, one := range all {
		if len(one) > 0 {
			b.Passages = append(b.Passages, passage{Typed: one})
		}
	}
}

// stopped is a sentence with its full stop, of which it has one.
func stopped(p phrase) phrase {
	if strings.HasSuffix(p.Plain(), ".") {
		return p
	}
	return append(p, ours(".")...)
}

// page is the address of the page of a subject.
func (h *herald) page(s desk.Subject) string {
	folder := "/incidents/"
	if s.Kind == desk.WindowSubject {
		folder = "/windows/"
	}
	return h.in.StatusURL + folder + s.String() + h.query
}

// headline is "[Resolved] Learn System: Login fails"; a title that names the services is
// enough.
func (h *herald) headline(phase string, names []string, title phrase) string {
	for _, name := range names[:min(len(names), maxNames)] {
		if !strings.Contains(strings.ToLower(title.Plain()), strings.ToLower(name)) {
			title = fill("%s: %s", h.names(names), title)
			break
		}
	}
	return oneLine(fill("[%s] %s", ours(phase), title).Plain())
}

// tag adds the ids of services.
func (b *bulletin) tag(ids []desk.ServiceID) {
	for _, id := range ids {
		if id != "" { // it is gone, and only its name is known
			b.Tags = append(b.Tags, string(id))
		}
	}
}

// ofIncident says something about an incident. What was taken back is only that.
func (h *herald) ofIncident(b *bulletin, t told) {
	now, then := *t.incident, t.then
	b.Link = h.page(t.subject())
	b.tag(then.ServiceIDs())
	if now.IsRetracted() {
		mistake := fill(h.mistake, h.names(serviceNames(now)))
		b.Title = oneLine(mistake.Plain())
		b.say(stopped(mistake), ours(h.Label.NoProblem))
		b.quote(h.written(now.RetractedWhy))
		return
	}
	said := h.said(then, t.Entry)
	b.Title = h.headline(h.incidentPhase(t), serviceNames(then), h.ready(now, now.Title))
	b.say(said.Said)
	b.quote(said.Text)
	if !t.CorrectedAt.IsZero() {
		b.say(fill(h.correctedAt, h.full(t.CorrectedAt)))
	}
	if t.Kind == desk.Merged {
		into := desk.Subject{Kind: desk.IncidentSubject, Number: now.MergedInto}
		b.Link = h.page(into)
		b.say(ours(h.oneProblem), stopped(fill(h.comesUnder, h.names(serviceNames(now)), ours(into.String()))))
		return
	}
	if !t.vague && t.Status != desk.Resolved {
		b.say(h.conditions(then))
		if worst := then.WorstStatus(); worst != desk.Operational {
			b.Tags = append(b.Tags, h.status[worst])
		}
	}
	listed := t.Kind == desk.Rescoped || t.Kind == desk.Absorbed
	if !listed && (t.vague || t.Status == desk.Resolved || len(then.Services) > maxNames) {
		b.say(fill(h.nowAbout, h.listed(serviceNames(then))))
	}
}

// incidentPhase is where an incident stood, or what became of it.
func (h *herald) incidentPhase(t told) string {
	switch {
	case t.Kind == desk.Reopened:
		return h.reopened
	case t.Kind == desk.Merged:
		into := desk.Subject{Kind: desk.IncidentSubject, Number: t.incident.MergedInto}
		return fill(h.nowUnder, ours(into.String())).Plain()
	case t.Kind == desk.Rescoped, t.Kind == desk.Retitled, t.Update == 0 && t.Status == desk.Resolved:
		return h.correction
	case t.Kind == desk.Worsened, t.Kind == desk.Eased:
		return fill(h.nowIs, h.impact(t.After)).Plain()
	}
	return h.phase[t.Status]
}

// maxListed is how many services a list names.
const maxListed = 30

func (h *herald) listed(names []string) phrase {
	var all []phrase
	for _, n := range names[:min(len(names), maxListed)] {
		all = append(all, h.typed(n))
	}
	if more := len(names) - len(all); more > 0 {
		all = append(all, counted(h.more, more))
	}
	return h.list(all)
}

// ofWindow says something about planned work.
func (h *herald) ofWindow(b *bulletin, t told) {
	w := t.window
	b.Link = h.page(t.subject())
	b.tag(w.ServiceIDs())
	b.Tags = append(b.Tags, h.status[desk.UnderMaintenance])
	phase := h.windowEntry[t.Kind]
	if t.plans() {
		phase = fill("%s: %s", ours(phase), h.dated(t.plan.From)).Plain()
	}
	b.Title = h.headline(phase, windowNames(w), h.typed(w.Title))
	h.tellWork(b, t)
	if len(w.Services) > maxNames {
		b.say(fill(h.nowAbout, h.listed(windowNames(w))))
	}
}

// plans reports whether what was said is about when work will be, or was to be.
func (t told) plans() bool {
	switch t.Kind {
	case desk.WindowScheduled, desk.WindowMoved, desk.WindowHeld:
		return !t.window.IsSeries()
	case desk.WindowCancelled:
		return !t.window.IsSeries() && t.window.StartedAt.IsZero()
	}
	return false
}

// tellWork says what became of planned work.
func (h *herald) tellWork(b *bulletin, t told) {
	w := t.window
	n, _ := h.saidOfWindow(w, t.Entry, t.plan)
	switch t.Kind {
	case desk.WindowScheduled:
		b.say(h.announced(w, t.plan))
		b.quote(h.written(w.Details))
		b.quote(h.windowAdvice(w)...)
	case desk.WindowMoved:
		b.say(h.announced(w, t.plan), n.Said)
		b.quote(h.windowAdvice(w)...)
	case desk.WindowStarted:
		b.say(h.expect(w, h.effectNow), fill(h.plannedTo, h.dated(t.plan.To)))
	case desk.WindowHeld:
		b.say(h.wasPlanned(t.plan), ours(h.heldBack))
	case desk.WindowExtended:
		b.say(fill(h.extended, h.dated(t.plan.To), h.dated(t.Was.To)))
	case desk.WindowCancelled:
		b.say(ours(h.doesNot))
		b.quote(h.written(t.Text))
		if w.IsSeries() {
			b.say(ours(h.allOff))
		} else {
			b.say(h.wasPlanned(t.plan))
		}
	case desk.WindowConverted:
		into := desk.Subject{Kind: desk.IncidentSubject, Number: w.Became}
		b.Link = h.page(into)
		b.say(n.Said, fill("%s %s.", ours(h.Label.GoesOn), ours(into.String())))
	default:
		b.say(n.Said)
		b.quote(h.written(t.Text))
	}
}

// announced says what work will make of its services, and when.
func (h *herald) announced(w desk.Window, plan desk.Period) phrase {
	if w.IsSeries() {
		return append(h.expect(w, h.effectThen), ours(" "+h.in.Repeats(*w.Rule))...)
	}
	will := h.expect(w, h.effectThen)
	will = will[:len(will)-1] // without its full stop
	return stopped(fill(h.fromTo, will, h.dated(plan.From), h.datedNear(plan.To, plan.From)))
}

func (h *herald) wasPlanned(plan desk.Period) phrase {
	return fill(h.wasFromTo, h.dated(plan.From), h.datedNear(plan.To, plan.From))
}
