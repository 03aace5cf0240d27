package main

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axeRun lists the violations of WCAG 2.2 AA and of good practice that axe-core finds.
const axeRun = `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
	.then(r => r.violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.html).join(' ')))`

// violations are what shuts people out of what the tab shows; without BELLTOWER_AXE, the
// path of axe-core's axe.min.js, none are looked for.
func (x *tab) violations() []string {
	x.t.Helper()
	file := os.Getenv("BELLTOWER_AXE")
	if file == "" {
		return nil
	}
	source, err := os.ReadFile(file)
	if err != nil {
		x.t.Fatal(err)
	}
	x.do(chromedp.Evaluate[chromedp.Void](string(source)))
	found, err := chromedp.Run(x.ctx, chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		x.t.Fatal(err)
	}
	return found
}

// screens are how people look at the demo.
func screens() []struct {
	name          string
	width, height int64
	scheme        string
} {
	return []struct {
		name          string
		width, height int64
		scheme        string
	}{
		{"phone light", 360, 740, "light"}, {"phone dark", 390, 844, "dark"}, {"tablet", 900, 1100, "light"},
		{"desktop light", 1440, 900, "light"}, {"desktop dark", 1280, 800, "dark"},
	}
}

// fits looks at the tab on every screen: nothing is cut off at the side, and nobody is
// shut out. With BELLTOWER_PICTURES, a folder, it keeps pictures.
func (x *tab) fits(state string) {
	x.t.Helper()
	for _, s := range screens() {
		x.look(s.width, s.height, s.scheme)
		eval[bool](x, "(document.getElementById('posts').scrollTop = 1e6, true)")
		if wide := eval[int64](x, "Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll('#posts, #panel, nav, dialog')].map(e => e.scrollWidth - e.clientWidth + innerWidth))"); wide > s.width {
			x.t.Errorf("%s, %s: it is %d pixels wide, and the screen %d", state, s.name, wide, s.width)
		}
		for _, v := range x.violations() {
			x.t.Errorf("%s, %s: %s", state, s.name, v)
		}
		if folder := os.Getenv("BELLTOWER_PICTURES"); folder != "" {
			x.picture(filepath.Join(folder, fmt.Sprintf("demo, %s, %s.png", state, s.name)))
		}
	}
	x.look(1440, 900, "light")
}

// Whatever state the demo is in, it fits phones, tablets and desks, light and dark, and
// shuts nobody out: words without a place to break, names from right to left, forms,
// refusals, questions, empty channels.
func TestTheDemoFitsEveryScreenAndEverybody(t *testing.T) {
	t.Parallel()
	demo := startDemo(t)
	b := newBrowser(t, hostOf(t, demo))
	x := b.open(seat(demo, demoAdmin, "ashford/it-ops"))
	x.reads("#posts", "INC-10")
	x.line("/incident declare learn down " + strings.Repeat("Donaudampfschiffahrt", 5) + " | " + strings.Repeat("https://learn.example.edu/", 20))
	x.reads("#posts .own", "INC-11")
	x.line("/incident update 11 identified: القرص ممتلئ ونحن نفرغه الآن (disk 7).")
	x.reads("#posts .thread", "القرص")
	x.fits("an incident")
	x.keys("/incident ")
	x.until("!document.getElementById('choices').hidden")
	x.fits("completion")
	eval[bool](x, "(document.getElementById('line').value = '', true)")
	x.press("#posts > .post", "Update INC-11")
	x.until("document.getElementById('dialog').open")
	x.fits("a form")
	x.press("#dialog", "Cancel")
	x.line("/incident declare lern down")
	x.reads("#posts .own", "Did you mean")
	x.fits("a refusal")
	x.press("#posts > .post:not(.own)", "Take INC-11 back")
	x.fits("a question")
	x.press("#dialog", "Cancel")
	for _, what := range []string{"nav", "panel"} {
		eval[bool](x, "(document.querySelector('[data-show="+what+"]').click(), true)")
		x.fits(what)
	}
	x = b.open(seat(demo, demoStudent, "castlebay/students"))
	x.line("/subscribe all")
	x.reads("#posts .own", "hears")
	x.fits("a student")
	b.open(seat(demo, demoAdmin, "castlebay/exam-office")).fits("a channel that died")
}

// So does what the Learn System comes to, and the pictures of what people see of it.
func TestTheDemosLearnFitsEveryScreenAndEverybody(t *testing.T) {
	t.Parallel()
	s := newOutage(t)
	x := s.robin
	panel := func(state string) {
		x.fits(state)
		eval[bool](x, "(document.querySelector('[data-show=panel]').click(), true)")
		x.fits(state + ", behind it")
		eval[bool](x, "(document.querySelector('[data-show=panel]').click(), true)")
	}
	s.picture("Log in to Learn")
	panel("Learn works")
	s.breakLearn()
	panel("Learn is broken")
	s.declare()
	panel("the sorry page")
	x.line("/incident resolve 11 The database is back.")
	x.press("#system", "Mend Learn")
	s.ended()
	x.press("#system", "Slow Learn")
	x.reads("#posts", "Checks see Learn System slow")
	panel("Learn is slow")
}

// The picture in README is of the demo as it is; with -update it is taken anew.
func TestThePictureOfTheDemo(t *testing.T) {
	t.Parallel()
	const kept = "../../docs/demo.png"
	file := kept
	if !*update {
		file = filepath.Join(t.TempDir(), "demo.png")
	}
	s := newOutage(t)
	x := s.robin
	s.breakLearn()
	s.declare()
	x.press("#posts .own", "Dismiss")
	x.reads("#panel", "INC-11, channels: 1 gone")
	s.kill()
	s.picture("Learn System is not available.")
	x.look(1360, 900, "light")
	eval[bool](x, "(document.getElementById('line').value = '/incident update 11 identified: ', document.getElementById('posts').scrollTop = 1e6, true)")
	x.picture(file)
	taken, old := pictureSize(t, file), pictureSize(t, kept)
	if taken != old {
		t.Errorf("the picture is %v, the one that is kept %v: go test ./cmd/bot -run ThePictureOfTheDemo -update", taken, old)
	}
}

func pictureSize(t *testing.T, file string) [2]int {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := png.DecodeConfig(f)
	if err != nil {
		t.Fatal(err)
	}
	return [2]int{c.Width, c.Height}
}
