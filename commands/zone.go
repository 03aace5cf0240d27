package commands

import (
	"strings"
	"time"
)

// zoneNames are the short names of zones that people type: what a whole zone is
// called ("ET") by its IANA name, and one half of its year by its offset from UTC
// in hours.
func zoneNames() (zones map[string]string, fixed map[string]int) {
	zones = map[string]string{
		"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
		"UTC": "UTC", "GMT": "UTC", "Z": "UTC",
	}
	fixed = map[string]int{
		"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	}
	return zones, fixed
}

// parseZone knows IANA names ("America/New_York"), the usual short ones, and distances
// from UTC ("+10:30").
func parseZone(word string) (*time.Location, bool) {
	if t, err := time.Parse("-07:00", word); err == nil {
		_, offset := t.Zone()
		return time.FixedZone(word, offset), true
	}
	zones, fixed := zoneNames()
	short := strings.ToUpper(word)
	if hours, ok := fixed[short]; ok {
		return time.FixedZone(short, hours*int(time.Hour/time.Second)), true
	}
	name, ok := zones[short]
	if !ok && !strings.Contains(word, "/") {
		return nil, false
	}
	if !ok {
		name = word
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}

// zoneWord is the word by which parseZone finds the clocks that show t: the short name
// of its zone where that says it, else the distance from UTC.
func zoneWord(t time.Time) string {
	name, offset := t.Zone()
	if zone, ok := parseZone(name); ok {
		if _, said := t.In(zone).Zone(); said == offset {
			return name
		}
	}
	return t.Format("-07:00")
}
