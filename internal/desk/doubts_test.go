package desk_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

func TestDoubts(t *testing.T) {
	catalog := desk.NewCatalog([]desk.Service{
		{ID: "learn", Name: "Learn System", Aliases: []string{"blackboard", "bb"}},
		{ID: "library", Name: "Library Catalog"},
	})
	learn := []desk.Affected{{Service: "learn", Name: "Learn System"}}
	tests := []struct {
		name, title, text string
		want              []string
	}{
		{"plain words", "Login fails", "We restart the database. Back by 4:30, call 555-0100.", nil},
		{"its own service", "Blackboard and Learn System are down", "", nil},
		{"another service", "The library catalog is down", "", []string{"The title names Library Catalog, which is not among the services."}},
		{"part of a word", "Librarygate", "", nil},
		{"e-mail", "Login fails", "Write to jane.doe@example.edu for help.", []string{"e-mail address: jane.doe@example.edu"}},
		{"student number", "Login fails", "Seen by student 30124578.", []string{"student number: 30124578"}},
		{"a long number is none", "Login fails", "Ticket 123456789012.", nil},
		{"host", "Login fails", "Node db01.campus.example.edu is gone.", []string{"host name: db01.campus.example.edu"}},
		{"inner host", "Login fails", "See lms-4.internal.", []string{"host name: lms-4.internal"}},
		{"a bare domain is none", "Login fails", "Go to example.edu.", nil},
		{"the address of a page is none", "Login fails", "See https://status.example.edu/incidents.", nil},
		{"network address", "Login fails", "10.1.2.3 answers no more", []string{"network address: 10.1.2.3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := desk.Doubts(catalog, learn, tt.title, tt.text)
			ends := func(a, b string) bool { return strings.HasSuffix(a, b) }
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b string) bool { return ends(a, b) || ends(b, a) })); diff != "" {
				t.Errorf("doubts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatOurChecksSeePassIsDoubted(t *testing.T) {
	standing := func(service desk.ServiceID, outcome desk.Outcome, performance desk.ReportState) desk.ProbeStanding {
		p := desk.ProbeStanding{Probe: desk.ProbeID{Service: service}, Availability: desk.Passing, Performance: performance}
		if outcome != "" {
			p.Last = &desk.TryResult{Outcome: outcome}
		}
		return p
	}
	learn := []desk.Affected{{Service: "learn", Name: "Learn System"}}
	for name, tt := range map[string]struct {
		probes []desk.ProbeStanding
		want   []string
	}{
		"none":        {nil, nil},
		"another's":   {[]desk.ProbeStanding{standing("portal", desk.Passed, "")}, nil},
		"all pass":    {[]desk.ProbeStanding{standing("learn", desk.Passed, ""), standing("learn", desk.Passed, desk.Passing)}, []string{"All our checks of Learn System pass."}},
		"one fails":   {[]desk.ProbeStanding{standing("learn", desk.Passed, ""), standing("learn", desk.Failed, "")}, nil},
		"one is slow": {[]desk.ProbeStanding{standing("learn", desk.Passed, desk.Failing)}, nil},
		"not tried":   {[]desk.ProbeStanding{standing("learn", "", "")}, nil},
		"not known":   {[]desk.ProbeStanding{standing("learn", desk.Unclear, "")}, nil},
	} {
		if diff := cmp.Diff(tt.want, desk.DoubtsOf(learn, tt.probes)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
