package statuspage_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// screen is how somebody looks at a page.
type screen struct {
	name          string
	width, height int64
	scheme        string // "light" or "dark"
	options       []chromedp.EmulateViewportOption
}

func screens() []screen {
	phone := []chromedp.EmulateViewportOption{chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2)}
	return []screen{
		{"phone light", 360, 740, "light", phone},
		{"desktop dark", 1280, 900, "dark", nil},
		{"phone dark", 360, 740, "dark", phone},
		{"desktop light", 1280, 900, "light", nil},
	}
}

// tab is a tab of a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context
	axe string // the source of axe-core; empty: it is not there

	mu     sync.Mutex
	loaded []string // what it asked the network for
	said   []string // in its console
}

const noAxe = "BELLTOWER_AXE does not name axe-core's axe.min.js: accessibility was not checked"

// lacks ends a test whose tool is missing, in CI as a failure.
func lacks(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// open starts Chromium, or skips the test where there is none.
func open(t *testing.T) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		lacks(t, "there is no chromium (Debian's package of that name)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	within, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	alloc, stop := chromedp.NewExecAllocator(within, options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(end)
	b := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	if file := os.Getenv("BELLTOWER_AXE"); file != "" {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b.axe = string(source)
	}
	return b
}

// hear notes what the browser tells, at any time: a page may load itself anew.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.loaded = append(b.loaded, e.Request.URL)
	case *browserlog.EventEntryAdded:
		b.said = append(b.said, fmt.Sprint(e.Entry.Level, ": ", e.Entry.Text))
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, e.ExceptionDetails.Text)
	}
}

// look loads a page and returns what is wrong with it.
func (b *tab) look(url string, s screen) (wrong []string) {
	b.t.Helper()
	b.mu.Lock()
	b.loaded, b.said = nil, nil
	b.mu.Unlock()
	media := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}},
		})
		return err
	})
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(s.width, s.height, s.options...), media, chromedp.Navigate(url)); err != nil {
		b.t.Fatal(err)
	}
	if wide := run[int64](b, "document.documentElement.scrollWidth"); wide > s.width {
		wrong = append(wrong, fmt.Sprintf("it is %d px wide, and the screen %d", wide, s.width))
	}
	if b.axe != "" {
		run[chromedp.Void](b, b.axe)
		wrong = append(wrong, run[[]string](b, axeRun)...)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	outside := slices.DeleteFunc(slices.Clone(b.loaded), func(u string) bool { return u == url || strings.HasPrefix(u, "data:") })
	wrong = append(wrong, outside...)
	return append(wrong, b.said...)
}

// axeRun lists the violations of WCAG 2.2 AA and of good practice that axe-core finds.
const axeRun = `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
	.then(r => r.violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.html).join(' ')))`

func run[T any](b *tab, script string) T {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// keep writes a picture of the whole page into a folder.
func (b *tab) keep(folder, name string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestTextTwiceAsLarge is for who has the letters of a small phone twice as large: nothing
// stands beside the screen, and times keep room for words beside their names.
func TestTextTwiceAsLarge(t *testing.T) {
	b := open(t)
	phone := screen{"small phone", 320, 640, "light", nil}
	for _, s := range []state{{"window moved", "/windows/WIN-1", workMoved}, {"one open in Spanish", "/?lang=es", oneOpen}} {
		c := s.make(t)
		b.look(c.url+s.path, phone)
		if wide := run[int64](b, "document.documentElement.style.fontSize = '200%', document.documentElement.scrollWidth"); wide > phone.width {
			t.Errorf("%s: %d px wide", s.name, wide)
		}
		if narrow := run[int64](b, "Math.min(...[...document.querySelectorAll('.topic, .line span, .facts dd')].map(e => e.clientWidth))"); narrow < phone.width/2 {
			t.Errorf("%s: text %d px wide", s.name, narrow)
		}
	}
}

// TestInABrowser looks at every state on a phone and on a desktop, and at the one that
// most people will see in both colours on both. With BELLTOWER_AXE, the path of axe-core's
// axe.min.js, it looks for what shuts people out; with BELLTOWER_PICTURES, a folder, it
// keeps pictures.
func TestInABrowser(t *testing.T) {
	b := open(t)
	folder := os.Getenv("BELLTOWER_PICTURES")
	for _, s := range states() {
		c := s.make(t)
		on := screens()
		if s.name != "one open" && folder == "" {
			on = on[:2]
		}
		for _, screen := range on {
			wrong := b.look(c.url+s.path, screen)
			if strings.HasSuffix(s.name, "missing") {
				wrong = slices.DeleteFunc(wrong, func(w string) bool { return strings.Contains(w, "404 (Not Found)") })
			}
			for _, w := range wrong {
				t.Errorf("%s, %s: %s", s.name, screen.name, w)
			}
			if folder != "" {
				b.keep(folder, s.name+", "+screen.name)
			}
		}
	}
	if b.axe == "" {
		lacks(t, noAxe)
	}
}
