package statuspage

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// apiWriter writes what the API answers, in the organization's first language.
type apiWriter struct {
	*view
	stale      bool
	newest     []journal.Published
	plans      journal.Plans
	components []apiComponent
	of         map[desk.ServiceID]apiComponent
}

func (a *asked) newAPIWriter(stale bool) *apiWriter {
	first := a.tongues.all[0]
	w := &apiWriter{view: a.newView(a.snap, first, address{tag: first.tag}), stale: stale, components: []apiComponent{}, of: map[desk.ServiceID]apiComponent{}}
	w.listComponents()
	return w
}

// at is a time in the organization's zone.
func (w *apiWriter) at(t time.Time) instant { return instant{t.In(w.in.Zone)} }

// atOrNull is a time, null where there is none.
func (w *apiWriter) atOrNull(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	at := w.at(t)
	return &at
}

// opaque makes an id as Statuspage's are: 12 characters, lower case and digits.
func opaque(of string) string {
	sum := sha256.Sum256([]byte(of))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]
}

func (w *apiWriter) pageID() string { return opaque(w.in.StatusURL) }

// page says when what is public last changed: not the clock, so that an answer stays the
// same while nothing does.
func (w *apiWriter) page() apiPage {
	last := w.p.born
	for _, one := range w.snap.all {
		last = latest(last, lastOf(one.Incident.DeclaredAt, one.Timeline))
	}
	for _, one := range slices.Concat(w.snap.plans.Running, w.snap.plans.Coming, w.snap.plans.Done) {
		last = latest(last, lastOf(one.Window.ChangedAt, one.Timeline))
	}
	return apiPage{ID: w.pageID(), Name: w.in.Organization, URL: w.in.StatusURL, TimeZone: w.in.Zone.String(), UpdatedAt: w.at(last)}
}

// lastOf is when something was last said or corrected of what is known since t.
func lastOf(t time.Time, timeline []desk.Entry) time.Time {
	for _, e := range timeline {
		t = latest(latest(t, e.At), e.CorrectedAt)
	}
	return t
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// status rolls the services up, in the words that programs know.
func (w *apiWriter) status() *apiStatus {
	of := map[desk.ServiceStatus]int{}
	for _, h := range w.snap.health {
		of[h.Status]++
	}
	s := rollUp(of, len(w.snap.health))
	if w.stale {
		s.Description += ", as of " + w.snap.at.In(w.in.Zone).Format(time.RFC3339)
	}
	return &s
}

// rollUp is what the statuses of so many of all services make of the whole. It has no
// indicator "maintenance", which some programs refuse.
// https://support.atlassian.com/statuspage/docs/top-level-status-and-incident-impact-calculations/
func rollUp(of map[desk.ServiceStatus]int, all int) apiStatus {
	switch {
	case all > 0 && of[desk.MajorOutage] == all:
		return apiStatus{"critical", "Major Service Outage"}
	case of[desk.MajorOutage] > 0, all > 0 && of[desk.PartialOutage] == all:
		return apiStatus{"major", "Partial System Outage"}
	case of[desk.PartialOutage] > 0:
		return apiStatus{"minor", "Minor Service Outage"}
	case of[desk.DegradedPerformance] > 0:
		return apiStatus{"minor", "Partially Degraded Service"}
	case of[desk.UnderMaintenance] > 0:
		return apiStatus{"none", "Service Under Maintenance"}
	}
	return apiStatus{"none", "All Systems Operational"}
}

// listComponents lists the services in order, each group before the first of it.
func (w *apiWriter) listComponents() {
	groups := map[desk.GroupName]int{} // their places
	for _, h := range w.snap.health {
		one := w.component(h.Service.ID, h.Service.Name, h.Status, w.changed(h))
		if h.Service.Description != "" {
			one.Description = &h.Service.Description
		}
		if name := h.Service.Group; name != "" {
			k, known := groups[name]
			if !known {
				k = len(w.components)
				groups[name] = k
				w.components = append(w.components, w.group(name, k+1))
			}
			w.components[k].add(&one)
		}
		one.Position = len(w.components) + 1
		w.components = append(w.components, one)
		w.of[h.Service.ID] = one
	}
}

func (w *apiWriter) component(id desk.ServiceID, name string, s desk.ServiceStatus, changed time.Time) apiComponent {
	created := w.p.born
	if changed.Before(created) {
		created = changed
	}
	return apiComponent{ID: string(id), Name: name, Status: s, CreatedAt: w.at(created), UpdatedAt: w.at(changed), Showcase: true, PageID: w.pageID()}
}

// changed is when the status of a service last became another, as far as that is known.
func (w *apiWriter) changed(h desk.Health) time.Time {
	if !h.Since.IsZero() {
		return h.Since
	}
	last := time.Time{}
	for _, one := range w.snap.recent {
		if one.Incident.Concerns(h.Service.ID) {
			last = latest(last, one.Incident.EndedAt)
		}
	}
	for _, one := range w.snap.plans.Done {
		if one.Window.Concerns(h.Service.ID) {
			last = latest(last, one.Window.EndedAt)
		}
	}
	if last.IsZero() {
		return w.p.born
	}
	return last
}

func (w *apiWriter) group(name desk.GroupName, position int) apiComponent {
	return apiComponent{ID: opaque("group " + string(name)), Name: string(name), Status: desk.Operational, Position: position, PageID: w.pageID(), Showcase: true, Group: true}
}

// add makes a service one of the group.
func (g *apiComponent) add(one *apiComponent) {
	id := g.ID
	one.GroupID = &id
	if len(g.Components) == 0 || one.CreatedAt.Before(g.CreatedAt.Time) {
		g.CreatedAt = one.CreatedAt
	}
	g.UpdatedAt.Time = latest(g.UpdatedAt.Time, one.UpdatedAt.Time)
	g.Components, g.Status = append(g.Components, one.ID), desk.Worst(g.Status, one.Status)
}

// affected are the services of an incident or of planned work as they are now; one that
// there is no more, as it is called there.
func (w *apiWriter) affected(services []desk.Affected) []apiComponent {
	out := make([]apiComponent, 0, len(services))
	for _, a := range services {
		one, known := w.of[a.Service]
		if !known {
			one = w.component(a.Service, a.Name, desk.Operational, w.p.born)
		}
		out = append(out, one)
	}
	return out
}

// unresolved are the open incidents, the newest first.
func (w *apiWriter) unresolved() []journal.Published {
	return slices.SortedFunc(slices.Values(w.snap.open), func(a, b journal.Published) int { return b.Incident.Number - a.Incident.Number })
}

// incidents leaves out mistakes, and what goes on as another.
func (w *apiWriter) incidents(all []journal.Published) []apiIncident {
	out := []apiIncident{}
	for _, one := range all {
		if i := one.Incident; !i.IsRetracted() && i.MergedInto == 0 {
			out = append(out, w.incident(one))
		}
	}
	return out
}

func (w *apiWriter) incident(one journal.Published) apiIncident {
	i := one.Incident
	id := i.Subject().String()
	out := apiIncident{
		ID: id, Name: w.ready(i, i.Title).Plain(), Status: string(i.Status), Impact: string(i.Impact),
		CreatedAt: w.at(i.DeclaredAt), UpdatedAt: w.at(lastOf(i.DeclaredAt, one.Timeline)), StartedAt: w.at(i.BeganAt), ResolvedAt: w.atOrNull(i.EndedAt),
		Shortlink: w.in.StatusURL + "/incidents/" + id, PageID: w.pageID(), Components: w.affected(i.Services), IncidentUpdates: []apiUpdate{},
	}
	status := desk.Investigating
	for _, e := range one.Timeline {
		if e.Status == desk.Monitoring && status != desk.Monitoring {
			out.MonitoringAt = w.atOrNull(e.At)
		}
		if e.Status != "" {
			status = e.Status
		}
		out.say(w.update(id, e, string(status), w.said(i, e)))
	}
	slices.Reverse(out.IncidentUpdates)
	return out
}

// update is one line of a timeline.
func (w *apiWriter) update(id string, e desk.Entry, status string, n news) apiUpdate {
	body := n.Text
	if body == nil {
		body = n.Said
	}
	return apiUpdate{
		ID: id + "-" + strconv.Itoa(e.Seq), Status: status, Body: body.Plain(), IncidentID: id, DeliverNotifications: true,
		CreatedAt: w.at(e.At), UpdatedAt: w.at(latest(e.At, e.CorrectedAt)), DisplayAt: w.at(e.At),
	}
}

// say adds what says something.
func (i *apiIncident) say(u apiUpdate) {
	if u.Body != "" {
		i.IncidentUpdates = append(i.IncidentUpdates, u)
	}
}

// upcoming is planned work that has not begun, the next first.
func (w *apiWriter) upcoming() []journal.PublishedWindow {
	all := slices.DeleteFunc(slices.Clone(w.plans.Coming), func(one journal.PublishedWindow) bool { return one.Window.Status != desk.Scheduled })
	return all[:min(len(all), apiListed)]
}

// everyPlan is planned work of all kinds, the last to begin first.
func (w *apiWriter) everyPlan() []journal.PublishedWindow {
	all := slices.Concat(w.upcoming(), w.plans.Running, w.plans.Done)
	slices.SortStableFunc(all, func(a, b journal.PublishedWindow) int { return b.Window.Planned.From.Compare(a.Window.Planned.From) })
	return all[:min(len(all), apiListed)]
}

func (w *apiWriter) maintenances(all []journal.PublishedWindow) []apiMaintenance {
	out := []apiMaintenance{}
	for _, one := range all {
		out = append(out, w.maintenance(one))
	}
	return out
}

// workID names planned work for its life: a time of a series by what its rule says, as it
// has no number of its own at first.
func workID(w desk.Window) string {
	if w.Of == 0 {
		return w.Subject().String()
	}
	return desk.Subject{Kind: desk.WindowSubject, Number: w.Of}.String() + "-" + w.Slot.UTC().Format("20060102T1504Z")
}

func (w *apiWriter) maintenance(one journal.PublishedWindow) apiMaintenance {
	d := one.Window
	id, started := workID(d), d.StartedAt
	if started.IsZero() {
		started = d.Planned.From
	}
	out := apiMaintenance{ScheduledFor: w.at(d.Planned.From), ScheduledUntil: w.at(d.Planned.To), apiIncident: apiIncident{
		ID: id, Name: d.Title, Status: string(d.Status), Impact: "maintenance",
		CreatedAt: w.at(d.ScheduledAt), UpdatedAt: w.at(lastOf(d.ChangedAt, one.Timeline)), StartedAt: w.at(started), ResolvedAt: w.atOrNull(d.EndedAt),
		Shortlink: w.in.StatusURL + "/windows/" + w.pageOf(d).String(), PageID: w.pageID(), Components: w.affected(d.Services), IncidentUpdates: []apiUpdate{},
	}}
	plan, statuses := d.Planned, workStatuses(one.Timeline)
	for k, e := range slices.Backward(one.Timeline) {
		n, told := w.saidOfWindow(d, e, plan)
		if !e.Was.From.IsZero() {
			plan = e.Was
		}
		if told {
			out.say(w.update(id, e, string(statuses[k]), w.wordedWork(d, e, n)))
		}
	}
	return out
}

// workStatuses are where planned work stood from each entry of its timeline on.
func workStatuses(timeline []desk.Entry) []desk.WindowStatus {
	out, now := make([]desk.WindowStatus, len(timeline)), desk.Scheduled
	for k, e := range timeline {
		switch e.Kind {
		case desk.WindowStarted:
			now = desk.InProgress
		case desk.WindowVerifying:
			now = desk.Verifying
		case desk.WindowCompleted:
			now = desk.Completed
		}
		out[k] = now
	}
	return out
}

// wordedWork words what the page says by its head alone.
func (w *apiWriter) wordedWork(d desk.Window, e desk.Entry, n news) news {
	switch {
	case n.Said != nil || n.Text != nil:
	case e.Kind == desk.WindowStarted:
		n.Said = w.expect(d, w.effectNow)
	case e.Kind == desk.WindowScheduled && d.Details != "":
		n.Said = slices.Concat(w.expect(d, w.effectThen), ours("\n\n"), w.typed(d.Details))
	case e.Kind == desk.WindowScheduled, e.Kind == desk.WindowReminded:
		n.Said = w.expect(d, w.effectThen)
	default:
		n.Said = ours(n.Phase)
	}
	return n
}
