package main

import (
	"encoding/json"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// exportedAlert is what checks saw fail. What monitors say in their own words is for
// staff: it may name hosts and addresses.
type exportedAlert struct {
	Type           string            `json:"type"` // "alert"
	ID             string            `json:"id"`
	Expectation    desk.Expectation  `json:"expectation"`
	Services       []exportedAlerted `json:"services"`
	Since          time.Time         `json:"since"`
	RaisedAt       time.Time         `json:"raised_at"`
	ClearedAt      time.Time         `json:"cleared_at,omitzero"`
	Again          int               `json:"failed_again,omitempty"`
	AcknowledgedAt time.Time         `json:"acknowledged_at,omitzero"`
	Incident       string            `json:"incident,omitempty"`
	Into           string            `json:"told_with,omitempty"`
}

type exportedAlerted struct {
	ID     desk.ServiceID `json:"id"`
	Name   string         `json:"name"`
	Behind string         `json:"behind,omitempty"`
}

func exportAlert(lines *json.Encoder, a desk.Alert) error {
	x := exportedAlert{
		Type: "alert", ID: a.Subject().String(), Expectation: a.Expectation, Since: a.Since, RaisedAt: a.RaisedAt,
		ClearedAt: a.ClearedAt, Again: a.Again, AcknowledgedAt: a.AckedAt,
	}
	if a.Incident != 0 {
		x.Incident = desk.Subject{Kind: desk.IncidentSubject, Number: a.Incident}.String()
	}
	if a.Into != 0 {
		x.Into = desk.Subject{Kind: desk.AlertSubject, Number: a.Into}.String()
	}
	for _, s := range a.Services {
		x.Services = append(x.Services, exportedAlerted{s.Service, s.Name, s.Behind})
	}
	return lines.Encode(x)
}

// exportedDay is what a check of ours came to on a day.
type exportedDay struct {
	Type    string         `json:"type"` // "day"
	Day     string         `json:"day"`  // UTC, "2026-12-02"
	Service desk.ServiceID `json:"service"`
	Check   string         `json:"check"`
	Passed  int            `json:"passed"`
	Failed  int            `json:"failed"`
	Unclear int            `json:"unclear,omitempty"`
	Slow    int            `json:"slow,omitempty"`
	Mean    int64          `json:"mean_ms,omitempty"`
	P95     int64          `json:"p95_ms,omitempty"`
}

func exportDay(lines *json.Encoder, b desk.TimedBucket) error {
	return lines.Encode(exportedDay{
		Type: "day", Day: b.From.UTC().Format(time.DateOnly), Service: b.Probe.Service, Check: b.Probe.Name,
		Passed: b.Passed, Failed: b.Failed, Unclear: b.Unclear, Slow: b.Slow,
		Mean: b.Mean().Milliseconds(), P95: b.Percentile(95).Milliseconds(),
	})
}
