package statuspage

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/journal"
)

// The API is that of the pages of Atlassian's Statuspage, version 2, which many programs
// read: its addresses, keys and words (a page's own documentation of them stands under its
// /api, as at https://confluence.status.atlassian.com/api). It shows no more than the pages
// do, but for the impact of an incident, which is a word of the enumeration there.

const (
	// apiPath is where it stands.
	apiPath = "/api/v2/"
	// apiListed is how many incidents its lists have, and how many windows.
	apiListed = 50
	// apiBack and apiAhead are how long after its end, and before its begin, planned work
	// stands in them.
	apiBack, apiAhead = 90 * 24 * time.Hour, 90 * 24 * time.Hour
	// staleAfter is how old what is told may be until that is said.
	staleAfter = 2 * freshFor
)

// apiNeeds is what an answer is made of beside the snapshot.
type apiNeeds struct{ newest, plans bool }

// apiKind is one of the answers.
type apiKind struct {
	needs apiNeeds
	fill  func(w *apiWriter, to *apiAnswer)
}

// apiKinds are the answers by their addresses under apiPath.
func apiKinds() map[string]apiKind {
	plans := apiNeeds{plans: true}
	return map[string]apiKind{
		"status.json":                          {fill: func(w *apiWriter, to *apiAnswer) { to.Status = w.status() }},
		"components.json":                      {fill: func(w *apiWriter, to *apiAnswer) { to.Components = w.components }},
		"incidents.json":                       {apiNeeds{newest: true}, func(w *apiWriter, to *apiAnswer) { to.Incidents = w.incidents(w.newest) }},
		"incidents/unresolved.json":            {fill: func(w *apiWriter, to *apiAnswer) { to.Incidents = w.incidents(w.unresolved()) }},
		"scheduled-maintenances.json":          {plans, func(w *apiWriter, to *apiAnswer) { to.Maintenances = w.maintenances(w.everyPlan()) }},
		"scheduled-maintenances/upcoming.json": {plans, func(w *apiWriter, to *apiAnswer) { to.Maintenances = w.maintenances(w.upcoming()) }},
		"scheduled-maintenances/active.json":   {plans, func(w *apiWriter, to *apiAnswer) { to.Maintenances = w.maintenances(w.plans.Running) }},
		"summary.json": {plans, func(w *apiWriter, to *apiAnswer) {
			to.Status, to.Components = w.status(), w.components
			to.Incidents = w.incidents(w.unresolved())
			to.Maintenances = append(w.maintenances(w.plans.Running), w.maintenances(w.upcoming())...)
		}},
	}
}

// API serves what programs read that know Statuspage's pages, under "/api/v2/".
func (p *Pages) API() http.Handler {
	kinds := apiKinds()
	return p.reader(func(a *asked) {
		name := strings.TrimPrefix(a.r.URL.Path, apiPath)
		kind, known := kinds[name]
		if !known {
			a.give(http.StatusNotFound, missing)
			return
		}
		a.api(name, kind)
	})
}

// apiAddress is that of an answer among the sheets of a snapshot.
type apiAddress struct {
	name  string
	stale bool
}

// api gives an answer, which is written once for a snapshot.
func (a *asked) api(name string, kind apiKind) {
	a.w.Header().Set("Access-Control-Allow-Origin", "*")
	at := apiAddress{name, a.now().Sub(a.snap.at) >= staleAfter}
	a.dug(at, func(ctx context.Context) (*sheet, error) {
		s, err := a.apiSheet(ctx, kind, at.stale)
		if err == nil {
			a.snap.sheets.Store(at, s)
		}
		return s, err
	})
}

func (a *asked) apiSheet(ctx context.Context, kind apiKind, stale bool) (*sheet, error) {
	w, at := a.newAPIWriter(stale), a.snap.at
	if kind.needs.newest {
		all, err := a.record.PublicNewest(ctx, at, apiListed)
		if err != nil {
			return nil, err
		}
		w.newest = all
	}
	if kind.needs.plans {
		plans, err := a.record.PublicPlans(ctx, journal.PlansQuery{Now: at, Until: at.Add(apiAhead), CancelledSince: at, DoneSince: at.Add(-apiBack), Limit: journal.MaxCalendar})
		if err != nil {
			return nil, err
		}
		w.plans = plans
	}
	var answer apiAnswer
	kind.fill(w, &answer)
	answer.Page = w.page()
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	s := &sheet{}
	s.set(append(body, '\n'), http.Header{"Content-Type": {"application/json; charset=utf-8"}})
	return s, nil
}
