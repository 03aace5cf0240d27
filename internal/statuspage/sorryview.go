package statuspage

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"

	"github.com/a-h/templ"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

//go:embed sorry.css
var sorryStyle string

//go:embed sorry.js
var sorryScript string

// sorryPolicy is the Content-Security-Policy of sorry pages. They load nothing, since every
// address of the service gives the page itself; their script looks whether the service is
// back.
func sorryPolicy() string {
	return "default-src 'none'; img-src data:; style-src " + hashed(sorryStyle) + "; script-src " + hashed(sorryScript) +
		"; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// HelpDesk is whom the people of a campus ask: a telephone number or an address.
type HelpDesk struct{ Campus, At string }

// sorryView is what a sorry page shows.
type sorryView struct {
	Lang     string
	Title    string
	Tone     tone
	Sections []sorrySection // of each language, that of the reader first
	Status   string         // the address of the status page
	Service  string         // the address of the service, where the page leads back; empty: not known
	Reload   bool           // to try again is to load it again
	Desks    []deskLine
	AsOf     phrase
	Version  string // of what the sections say
}

// sorrySection is all that is said in one language.
type sorrySection struct {
	Lang    string
	Line    phrase // what does not work
	Sent    phrase // what became of what was sent; empty: nothing was
	Advice  []phrase
	Matters []matter
	News    string // where there is news; empty: when to expect it was said
	Retry   string // labels
	GoTo    string
	Status  string
	Desks   string
	Back    string // the service works again
	Looks   string // the page looks whether it does
}

// matter is an incident or planned work that the page stands for.
type matter struct {
	Label string
	Title phrase
	Since []phrase
	Text  phrase // the last that was said
	Next  phrase
}

// deskLine is a help desk with the link that a phone understands; empty: none.
type deskLine struct {
	HelpDesk
	Link templ.SafeURL // made of what is only a number or an address
}

var (
	telephone  = regexp.MustCompile(`^\+?\(?[0-9][0-9 ()./-]{5,}$`)
	notDialled = regexp.MustCompile(`[^+0-9]`)
	mailbox    = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)
)

func desksOf(all []HelpDesk) (out []deskLine) {
	for _, d := range all {
		line := deskLine{HelpDesk: d}
		switch {
		case telephone.MatchString(d.At):
			line.Link = templ.SafeURL("tel:" + notDialled.ReplaceAllString(d.At, ""))
		case mailbox.MatchString(d.At):
			line.Link = templ.SafeURL("mailto:" + url.PathEscape(d.At))
		}
		out = append(out, line)
	}
	return out
}

// running is the planned work on the service that goes on.
func (s *sorry) running() (out []journal.PublishedWindow) {
	for _, one := range s.snap.plans.Running {
		if one.Window.Concerns(s.service.ID) {
			out = append(out, one)
		}
	}
	return out
}

// open are the open incidents about the service, the worst for it first.
func (s *sorry) open() (out []journal.Published) {
	for _, one := range s.snap.open {
		if one.Incident.StatusOf(s.service.ID) != desk.Operational {
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b journal.Published) int {
		return b.Incident.StatusOf(s.service.ID).Rank() - a.Incident.StatusOf(s.service.ID).Rank()
	})
	return out
}

func (s *sorry) view() sorryView {
	v := sorryView{
		Lang: s.tongue.tag, Tone: "down", Status: s.settings.Words.StatusURL + "/",
		Reload: !s.sent(), Desks: desksOf(s.settings.HelpDesks),
	}
	switch {
	case s.state == sorryDown:
		v.Tone, v.Service = toneOf(s.standing()), s.service.URL
	case len(s.open()) == 0 && len(s.running()) > 0:
		v.Tone = "planned"
	}
	v.Sections = []sorrySection{s.section(s.tongue)}
	for _, t := range s.tongues.all {
		if t != s.tongue {
			v.Sections = append(v.Sections, s.section(t))
		}
	}
	asOf := s.newView(s.snap, s.tongue, address{})
	v.AsOf = join([]phrase{asOf.AsOf, asOf.Zone}, " ", "")
	v.Title = v.Sections[0].Line.Plain()
	sum := sha256.Sum256(fmt.Append(nil, v.Sections))
	v.Version = base64.RawURLEncoding.EncodeToString(sum[:9])
	return v
}

// standing is the status of the service as everybody knows it.
func (s *sorry) standing() desk.ServiceStatus {
	for _, h := range s.snap.health {
		if h.Service.ID == s.service.ID {
			return h.Status
		}
	}
	return desk.Operational
}

// section is all that is said in one language.
func (s *sorry) section(t *tongue) sorrySection {
	v := s.newView(s.snap, t, address{tag: t.tag})
	name := v.typed(s.service.Name)
	out := sorrySection{
		Lang: t.tag, Retry: v.Label.TryAgain, Status: v.Label.StatusPage, Desks: v.Label.HelpDesks,
		GoTo: fill(v.goTo, name).Plain(), Back: fill(v.worksAgain, name).Plain(), Looks: fill(v.looks, name).Plain(),
	}
	if s.sent() {
		out.Sent = fill(v.notSaved, name)
	}
	switch s.state {
	case sorryDown:
		status := s.standing()
		out.Line = append(fill(v.is[status][0], name), ours(".")...)
		if status == desk.Operational {
			out.Line = fill(v.worksNow, name)
		}
		return out
	case sorryLost:
		out.Line = fill(v.unreached, name)
	default:
		out.Line = append(fill(v.is[desk.MajorOutage][0], name), ours(".")...)
	}
	s.matters(v, &out)
	return out
}

// mostMatters is how many incidents and windows a page goes into.
const mostMatters = 3

// matters says why, since when, what to do, and when to expect news.
func (s *sorry) matters(v *view, out *sorrySection) {
	outage := false
	for _, one := range s.open() {
		e := v.event(one, 0)
		m := matter{Title: e.Title, Since: []phrase{e.Since}, Text: v.lastSaid(one), Next: e.Next}
		if e.Missed != nil {
			m.Since = append(m.Since, e.Missed)
		}
		outage, out.Matters = true, append(out.Matters, m)
	}
	for _, one := range s.running() {
		w := v.runningWork(one)
		out.Matters = append(out.Matters, matter{Label: v.Label.Running, Title: w.Title, Since: w.State, Next: w.Next})
	}
	out.Matters = out.Matters[:min(len(out.Matters), mostMatters)]
	if len(s.running()) > 0 {
		out.Advice = v.advise(out.Advice, s.service.Advice, s.service.AdviceIn)
	}
	if outage || len(out.Matters) == 0 {
		out.Advice = v.advise(out.Advice, s.service.AdviceOutage, s.service.AdviceOutageIn)
	}
	if len(out.Matters) == 0 && s.state == sorryUp {
		out.Matters = []matter{{Since: []phrase{fill(v.began, v.full(s.gate.Since))}}}
	}
	if !slices.ContainsFunc(out.Matters, func(m matter) bool { return m.Next != nil || m.Label != "" }) {
		out.News = v.newsThere
	}
}

// SorryCopy is a sorry page that knows nothing of the day, for when not even the bot can
// be reached. It refuses with false what is no service.
func (p *Pages) SorryCopy(id desk.ServiceID) (page []byte, policy string, known bool) {
	service, known := p.service(string(id))
	if !known {
		return nil, "", false
	}
	s := &sorry{asked: asked{Pages: p, snap: &snapshot{at: p.now()}, tongue: p.tongues.all[0]}, service: service, state: sorryLost}
	v := sorryView{
		Lang: s.tongue.tag, Tone: "down", Status: p.settings.Words.StatusURL + "/", Reload: true, Desks: desksOf(p.settings.HelpDesks),
	}
	for _, t := range p.tongues.all {
		v.Sections = append(v.Sections, s.stillSection(t))
	}
	v.Title = v.Sections[0].Line.Plain()
	return rendered(showSorry(v)), p.sorryPolicy, true
}

// stillSection is a section of a copy.
func (s *sorry) stillSection(t *tongue) sorrySection {
	v := s.newView(s.snap, t, address{tag: t.tag})
	name := v.typed(s.service.Name)
	return sorrySection{
		Lang: t.tag, Line: fill(v.unreached, name), Advice: v.advise(nil, s.service.AdviceOutage, s.service.AdviceOutageIn),
		News: v.newsThere, Retry: v.Label.TryAgain, Status: v.Label.StatusPage, Desks: v.Label.HelpDesks,
		Back: fill(v.worksAgain, name).Plain(), Looks: fill(v.looks, name).Plain(),
	}
}
