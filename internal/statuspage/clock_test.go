package statuspage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// A time that the clock shows twice, as it is put back, says which it is: else a promise
// for ten past one seems to be broken at ten to two, and an end lies before its begin.
func TestATimeThatTheClockShowsTwiceNamesItsHalf(t *testing.T) {
	c := newCampus(t, services())
	first := time.Date(2027, 11, 7, 5, 50, 0, 0, time.UTC) // 1:50 for the first time
	c.wait(first.Sub(c.now()))
	n := c.declare(desk.Critical, "Login fails for everyone", "We are looking into it.", "learn")
	for _, path := range []string{"/", "/incidents/INC-1"} {
		c.expect(path, `It began <time datetime="2027-11-07T05:50:00Z">Nov 7, 1:50 AM EDT</time>.`)
		c.expect(path, ">1:35 AM EST</time>.")
		c.expect(path, ">Nov 7, 1:50 AM EDT</time>. All times are in the zone")
	}
	c.expect("/?lang=es", ">01:35 EST</time>.")
	c.plan("New database", 10*time.Minute, 3*time.Hour, "portal")
	c.expect("/windows/WIN-1", ">Sun, Nov 7, 1:00 AM EST</time>")
	c.expect("/windows/WIN-1", ">4:00 AM</time>")
	c.wait(20 * time.Minute)
	c.resolve(n, "It works again.")
	c.wait(time.Hour)
	for _, path := range []string{"/", "/incidents/INC-1"} {
		c.expect(path, ">Nov 7, 1:50 AM EDT</time> to <time datetime=\"2027-11-07T06:10:00Z\">1:10 AM EST</time> (20 minutes).")
	}
	if page := c.get("/"); strings.Contains(page, "EST EST") {
		t.Error("the zone stands twice")
	}
}

// A timeline of several days names the day of each line: below a line of today, one
// without its day would be read as of today.
func TestATimelineOfSeveralDaysNamesThem(t *testing.T) {
	c := newCampus(t, services())
	c.wait(19*time.Hour + 50*time.Minute)
	n := c.declare(desk.Critical, "Login fails for everyone", "We are looking into it.", "learn")
	c.wait(5 * time.Minute)
	c.update(n, desk.Identified, "It is the network.")
	for _, path := range []string{"/", "/incidents/INC-1"} {
		c.expect(path, ">11:55 PM</time>")
		c.expect(path, ">11:50 PM</time>")
	}
	c.wait(10 * time.Minute)
	c.update(n, desk.Identified, "It is the database.")
	for _, path := range []string{"/", "/incidents/INC-1"} {
		c.expect(path, ">Dec 3, 12:05 AM</time>")
		c.expect(path, ">Dec 2, 11:55 PM</time>")
		c.expect(path, `<strong>Investigating</strong> <span class="at"><time datetime="2026-12-03T04:50:00Z">Dec 2, 11:50 PM</time>`)
	}
}
