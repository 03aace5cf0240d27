package intake

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/umassonline/belltower/internal/desk"
)

// reader reads what a monitor sent to the address of an expectation. It fails as a whole
// by a reading that has nothing but bad parts.
type reader func(body gjson.Result, about desk.Expectation) reading

// reading is what one call says, in the words of all monitors.
type reading struct {
	sightings []sighting
	bad       lines  // parts that cannot be read, and why
	remark    string // what else is to be said of the call
	tooMany   bool
}

// refused is the answer to a call of which nothing can be read, or that is too large.
func (r reading) refused() *refusal {
	switch {
	case r.tooMany:
		return &refusal{status: http.StatusRequestEntityTooLarge, sentence: "The request has more than " + strconv.Itoa(maxAlerts) + " alerts: have the monitor send fewer at once."}
	case len(r.sightings) == 0 && r.bad.count > 0:
		return unreadable(r.bad.first())
	}
	return nil
}

// one is a reading of one alert, or of why it cannot be read.
func one(s sighting, wrong string) (r reading) {
	r.add(s, wrong)
	return r
}

func (r *reading) add(s sighting, wrong string) {
	switch {
	case wrong != "":
		r.bad.add(wrong)
	case len(r.sightings) >= maxAlerts:
		r.tooMany = true
	default:
		r.sightings = append(r.sightings, s)
	}
}

// sighting is what one alert says of one check.
type sighting struct {
	// check is the monitor's id of it, the same for the problem and its end.
	check string
	// words may map it to a service, the first that does counts: its name as it is shown, and
	// as it is written.
	words []string
	// labels may too, as "label=value"; all that do count.
	labels []label
	// suggest is what to map when nothing does; "": the first of words.
	suggest string
	state   desk.ReportState // "": neither; then said is why
	said    string
	since   time.Time
	// expectation is "" where the alert does not say it.
	expectation desk.Expectation
	called      string
	detail      string
	step        string
	place       []string
	link        string
}

type label struct{ name, value string }

// label is the value of a label; "": there is none.
func (g sighting) label(name string) string {
	for _, l := range g.labels {
		if l.name == name {
			return l.value
		}
	}
	return ""
}

// heard is what is to be done with a call.
type heard struct {
	reports  []desk.Report
	unmapped []desk.Unmapped
	silent   lines
	bad      lines
	remark   string
}

// sort says of each sighting whom it concerns.
func (c call) sort(r reading) heard {
	h := heard{bad: r.bad, remark: r.remark, reports: make([]desk.Report, 0, len(r.sightings))}
	var was, is string // the alerts of a call often have one link
	for _, g := range r.sightings {
		if g.link != was {
			was, is = g.link, link(g.link)
		}
		g.link = is
		if g.state == "" {
			h.silent.add(line(g.said, desk.DetailMax))
			continue
		}
		services := c.source.services(g)
		for _, id := range services {
			h.reports = append(h.reports, c.report(g, id))
		}
		if len(services) == 0 {
			h.unmap(c.source.conf.Name, g)
		}
	}
	return h
}

// maxUnmapped is how many checks of one call are named that map to no service: more than
// anybody maps at once, and few enough to look each up.
const maxUnmapped = 100

// unmap notes a check that maps to no service, once; failing if any alert of it is.
func (h *heard) unmap(source string, g sighting) {
	u := desk.Unmapped{Source: source, Check: g.suggest, Called: line(g.called, desk.CalledMax), State: g.state}
	if u.Check == "" {
		u.Check = g.words[0]
	}
	switch i := slices.IndexFunc(h.unmapped, func(other desk.Unmapped) bool { return other.Check == u.Check }); {
	case i < 0 && len(h.unmapped) >= maxUnmapped:
	case i < 0:
		h.unmapped = append(h.unmapped, u)
	case u.State == desk.Failing:
		h.unmapped[i].State = desk.Failing
	}
}

// services are what a check is of, each once: by its id or name, else by all of its labels.
func (s *source) services(g sighting) (ids []desk.ServiceID) {
	for _, word := range g.words {
		if id, found := s.conf.Checks[word]; found {
			return []desk.ServiceID{id}
		}
	}
	var pair []byte
	for _, l := range g.labels {
		if !s.labels[l.name] {
			continue
		}
		pair = append(append(append(pair[:0], l.name...), '='), l.value...)
		if id, found := s.conf.Checks[string(pair)]; found && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// report is a sighting as the desk speaks of it. A time that is yet to come is a wrong
// clock there, and says nothing.
func (c call) report(g sighting, service desk.ServiceID) desk.Report {
	if g.since.After(c.at) {
		g.since = time.Time{}
	}
	if g.expectation == "" {
		g.expectation = c.expectation
	}
	return desk.Report{
		Witness: desk.Witness{Kind: desk.Monitor, Name: c.source.conf.Name, Check: g.check},
		Service: service, Expectation: g.expectation, State: g.state, Since: g.since, At: c.at,
		Called: line(firstOf(g.called, g.words[0]), desk.CalledMax), Detail: line(g.detail, desk.DetailMax), Step: line(g.step, desk.CalledMax),
		Places: g.place, Link: g.link,
	}
}
