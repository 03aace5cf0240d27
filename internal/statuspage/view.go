package statuspage

import (
	"cmp"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// view is what a page shows.
type view struct {
	speech
	snap *snapshot
	p    *Pages

	Lang  string
	Query string // that links carry, to keep a chosen language
	Up    string // from the page to "/": relative, but where there is no page
	Root  string // the same before the address of another page; empty: "/" is this folder
	Page  string // which of them

	Title     string
	About     string // for search engines and previews
	Heading   phrase
	Canonical string
	Languages []choice
	AsOf      phrase
	Zone      phrase

	Tone   tone
	Line   phrase // the sentence that a reader came for
	Open   []event
	Groups []group
	Recent []event
	Event  event

	Running  []work
	Done     []work
	Coming   []work
	MoreWork bool
	Reserved []reserved
	Diaries  *diaries // nil: the page links to none
	Work     work     // of the page of a window
	Of       ofService
	Month    monthOf
	Feeds    []diary // of the services that the page of an incident is about
}

// tone is the colour and the sign of a status, as components and the style name it;
// "note" is of what is no status.
type tone string

func toneOf(s desk.ServiceStatus) tone {
	switch s {
	case desk.UnderMaintenance:
		return "planned"
	case desk.DegradedPerformance:
		return "slow"
	case desk.PartialOutage:
		return "partly"
	case desk.MajorOutage:
		return "down"
	}
	return "ok"
}

// choice is another language of the page.
type choice struct{ Lang, Own string }

// group is services under a heading.
type group struct {
	Name     phrase // empty: the only one
	Services []service
}

type service struct {
	ID          string // of its page; empty: it has none
	Name, About phrase
	Tone        tone
	Status      string
}

// event is an incident.
type event struct {
	ID       string
	Title    phrase
	Tone     tone
	Phase    string
	Line     phrase
	Since    phrase
	Missed   phrase // where news was promised and nobody gave any
	Next     phrase
	Services []service // where the line cannot name them all
	Advice   []phrase
	News     []news
	Older    bool   // there is more news on its page
	Window   string // the planned work that it was made of
}

// news is one line of a timeline.
type news struct {
	Phase     string
	At        phrase
	Corrected phrase
	Said      phrase // in our words
	Text      phrase // as typed
}

func (p *Pages) newView(snap *snapshot, t *tongue, at address) *view {
	v := &view{p: p, snap: snap, Lang: t.tag}
	v.speech = speech{words: t.words, in: t.in, now: snap.at}
	if p.tongues.typed != t.tag {
		v.typedLang = p.tongues.typed
	}
	if at.chosen {
		v.Query = "?lang=" + t.tag
	}
	for _, other := range p.tongues.all {
		if other != t {
			v.Languages = append(v.Languages, choice{other.tag, other.words.own})
		}
	}
	v.Heading = fill(v.title, v.typed(v.in.Organization))
	asOf := v.full(snap.at)
	if !twice(snap.at, v.in.Zone) { // else it stands there
		asOf[0].Text += zoneMark(snap.at.In(v.in.Zone))
	}
	v.AsOf, v.Zone = fill(v.asOf, asOf), fill(v.zoneIs, ours(v.in.Zone.String()))
	return v
}

func (v *view) home() {
	v.Page, v.Up, v.Canonical = "home", "./", v.in.StatusURL+"/"
	v.Line = v.overall(v.snap.health, len(v.snap.open))
	worst := desk.Operational
	for _, h := range v.snap.health {
		worst = desk.Worst(worst, h.Status)
	}
	if v.Tone = toneOf(worst); len(v.snap.health) == 0 {
		v.Tone = "note"
	}
	for _, one := range v.snap.open {
		v.Open = append(v.Open, v.event(one, maxSaid/len(v.snap.open)))
	}
	for _, one := range v.snap.recent {
		v.Recent = append(v.Recent, v.event(one, 0))
	}
	v.Groups = v.groups()
	v.windows()
	v.Title, v.About = v.Line.Plain()+" – "+v.Heading.Plain(), v.Line.Plain()
}

func (v *view) missing() {
	v.Page, v.Up, v.Line = "missing", v.in.StatusURL+"/", ours(v.notFound)
	v.Title, v.About = v.notFound+" – "+v.Heading.Plain(), v.Label.NotFoundWhy
}

func (v *view) incident(one journal.Published) {
	v.Page, v.Up = "incident", "../"
	v.Event = v.event(one, -1)
	v.Canonical = v.in.StatusURL + "/incidents/" + v.Event.ID
	v.Line, v.Tone, v.Feeds = v.Event.Line, v.Event.Tone, v.feedsOf(one.Incident.Services)
	title := v.Event.Title.Plain()
	if one.Incident.IsRetracted() {
		v.Page, v.Canonical, title = "mistake", "", v.Event.ID
	}
	v.Title, v.About = title+" – "+v.Heading.Plain(), v.Line.Plain()
}

// groups are the services under the headings of their groups; those without one last.
func (v *view) groups() (out []group) {
	of := map[desk.GroupName]int{}
	var rest group
	for _, h := range v.snap.health {
		name := h.Service.Group
		k, known := of[name]
		switch {
		case name == "":
			rest.Services = append(rest.Services, v.service(h))
		case known:
			out[k].Services = append(out[k].Services, v.service(h))
		default:
			of[name] = len(out)
			out = append(out, group{v.typed(string(name)), []service{v.service(h)}})
		}
	}
	if len(rest.Services) > 0 {
		if len(out) > 0 {
			rest.Name = ours(v.others)
		}
		out = append(out, rest)
	}
	return out
}

// maxDescribed is up to how many services each is described: a longer list is for
// looking up, on a phone.
const maxDescribed = 40

func (v *view) service(h desk.Health) service {
	s := service{ID: string(h.Service.ID), Name: v.typed(h.Service.Name), Tone: toneOf(h.Status), Status: v.status[h.Status]}
	if h.Service.Description != "" && len(v.snap.health) <= maxDescribed {
		s.About = v.typed(h.Service.Description)
	}
	return s
}

// maxSaid is how much typed text of open incidents stands on the home page, in bytes;
// the rest stands on theirs.
const maxSaid = 40 << 10

// event shows an incident with news of at most limit bytes, but the newest whole;
// limit < 0: all news; 0: none.
func (v *view) event(one journal.Published, limit int) event {
	i := one.Incident
	e := event{ID: i.Subject().String(), Title: v.ready(i, i.Title), Phase: v.phase[i.Status]}
	switch {
	case i.IsRetracted():
		e.Tone, e.Line, e.Phase = "note", append(fill(v.mistake, v.names(serviceNames(i))), ours(".")...), ""
		if i.RetractedWhy != "" {
			e.Advice = []phrase{v.typed(i.RetractedWhy)}
		}
		return e
	case i.IsOpen():
		e.Tone, e.Line, e.Since, e.Advice = toneOf(i.WorstStatus()), v.conditions(i), v.since(i), v.advice(i)
		e.Missed, e.Next = v.told(v.in.Unchanged(i)), v.told(v.in.Promise(i, v.now))
	default:
		e.Tone, e.Line = "ok", v.wentBad(i)
		if shown := v.in.Tests(i); shown != "" {
			e.Since = ours(shown)
		}
	}
	if len(i.Services) > maxNames && limit < 0 {
		e.Services = v.services(i)
	}
	if i.Window != 0 {
		e.Window = desk.Subject{Kind: desk.WindowSubject, Number: i.Window}.String()
	}
	e.News, e.Older = v.news(one, limit)
	return e
}

func serviceNames(i desk.Incident) (names []string) {
	for _, a := range i.Services {
		names = append(names, a.Name)
	}
	return names
}

// services lists the services of an incident, the worst first.
func (v *view) services(i desk.Incident) (out []service) {
	worstFirst := slices.SortedStableFunc(slices.Values(i.Services), func(a, b desk.Affected) int {
		return cmp.Compare(i.StatusOf(b.Service).Rank(), i.StatusOf(a.Service).Rank())
	})
	for _, a := range worstFirst {
		status := i.StatusOf(a.Service)
		if !i.IsOpen() {
			status = desk.Operational
		}
		out = append(out, service{Name: v.typed(a.Name), Tone: toneOf(status), Status: v.status[status]})
	}
	return out
}

// maxAdvices is how many different advices an incident gives.
const maxAdvices = 3

// advice is what to do meanwhile, of the services that do not work.
func (v *view) advice(i desk.Incident) (out []phrase) {
	for _, a := range i.Services {
		if s, _ := v.in.Catalog.Find(string(a.Service)); i.StatusOf(a.Service) != desk.Operational {
			out = v.advise(out, s.AdviceOutage, s.AdviceOutageIn)
		}
	}
	return out
}

// advise adds an advice, in the language of the page where it has it, once and not too
// many.
func (v *view) advise(given []phrase, text string, in map[string]string) []phrase {
	advice := v.written(text)
	if own := in[v.Lang]; own != "" {
		advice = ours(own)
	}
	same := func(o phrase) bool { return o.Plain() == advice.Plain() }
	if advice == nil || len(given) == maxAdvices || slices.ContainsFunc(given, same) {
		return given
	}
	return append(given, advice)
}

// dayOf is on which day all of a timeline was said, that on which its incident began: its
// lines need not name it. Zero: there is none.
func (v *view) dayOf(one journal.Published) time.Time {
	began := one.Incident.BeganAt
	day := func(t time.Time) string { return t.In(v.in.Zone).Format(time.DateOnly) }
	if slices.ContainsFunc(one.Timeline, func(e desk.Entry) bool { return day(e.At) != day(began) }) {
		return time.Time{}
	}
	return began
}

// news is the timeline, the newest first, within a limit as of event.
func (v *view) news(one journal.Published, limit int) (out []news, older bool) {
	if limit == 0 {
		return nil, false
	}
	near, left, newer := v.dayOf(one), limit, desk.EntryKind("")
	for _, e := range slices.Backward(one.Timeline) {
		repeats := e.Kind == desk.Holding && (limit > 0 || newer == desk.Holding)
		if newer = e.Kind; repeats {
			continue // it stands above
		}
		if left -= len(e.Text) + 200; left < 0 && limit > 0 && len(out) > 0 { // 200: what stands around it
			return out, true
		}
		n := v.said(one.Incident, e)
		n.At = v.moment(e.At, near)
		if !e.CorrectedAt.IsZero() {
			n.Corrected = fill(v.corrected, v.moment(e.CorrectedAt, e.At))
		}
		out = append(out, n)
	}
	return out, false
}

// lastSaid is the last update of an incident; what was put right since says nothing by
// itself.
func (v *view) lastSaid(one journal.Published) phrase {
	for _, e := range slices.Backward(one.Timeline) {
		if e.Update != 0 {
			return v.ready(one.Incident, e.Text)
		}
	}
	return nil
}

// ready is a title or a message: in the language of the page where it is one of the
// sentences that stand where nobody typed any, else as it was typed.
func (v *view) ready(i desk.Incident, text string) phrase {
	own := v.in.Said(i, text)
	if text == i.Title {
		own = v.in.Title(i)
	}
	if own != text {
		return ours(own)
	}
	return v.typed(text)
}

// said words one line of a timeline.
func (v *view) said(i desk.Incident, e desk.Entry) (n news) {
	if e.Update != 0 {
		n = news{Phase: v.phase[e.Status], Text: v.ready(i, e.Text)}
		if e.Kind == desk.Reopened {
			n.Phase = v.reopened
		}
		return n
	}
	switch e.Kind {
	case desk.Worsened, desk.Eased:
		n.Said = v.regraded(e)
	case desk.Rescoped:
		n.Said = fill(v.rescoped, v.typed(e.After), v.typed(e.Before))
	case desk.Holding, desk.NothingNew:
		n.Said = fill(v.unchanged, v.moment(e.Since, e.At))
	case desk.Absorbed:
		n.Said = ours(v.oneProblem)
		if e.Before != e.After {
			n.Said = slices.Concat(n.Said, ours(" "), fill(v.nowAbout, v.typed(e.After)))
		}
	case desk.Retitled:
		n.Said = ours(v.titleFixed)
	case desk.Redated:
		n.Said = ours(v.timesFixed)
	}
	return n
}

// regraded says a change of impact; of what is over it is a correction.
func (v *view) regraded(e desk.Entry) phrase {
	before, after := v.impact(e.Before), v.impact(e.After)
	switch {
	case e.Status == desk.Resolved:
		return fill(v.was, after, before)
	case e.Kind == desk.Worsened:
		return fill(v.gotWorse, before, after)
	}
	return fill(v.gotBetter, before, after)
}

func (v *view) impact(word string) phrase { return ours(v.status[desk.Impact(word).ServiceStatus()]) }
