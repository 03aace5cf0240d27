package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a real browser without a window. What its tabs complain of, and every
// request that leaves the demo, fails the test.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	hosts  []string // those that may be asked
	bears  []string // complaints that are no faults
	faults []string
}

// patience is how long a test waits for what a page is to show.
const patience = 30 * time.Second

// lacks skips a test whose tool is missing; where everything is to be checked it fails.
func lacks(t testing.TB, tool string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", tool)
	}
	t.Skipf("%s is not installed", tool)
}

func newBrowser(t *testing.T, host string) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		lacks(t, "chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, hosts: []string{host}}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, f := range b.faults {
			t.Error(f)
		}
	})
	return b
}

// meets has another host be asked too, which may answer with a sorry page.
func (b *browser) meets(host string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hosts, b.bears = append(b.hosts, host), append(b.bears, "status of 503")
}

// loses has a server go while pages are open.
func (b *browser) loses() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bears = append(b.bears, "net::ERR_")
}

// hear notes what a tab complains of and whom it asks.
func (b *browser) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fault := ""
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		fault = "the page threw " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		fault = fmt.Sprintf("the page wrote to the console: %v", e.Args)
	case *log.EventEntryAdded:
		if !slices.ContainsFunc(b.bears, func(text string) bool { return strings.Contains(e.Entry.Text, text) }) {
			fault = "the browser complained: " + e.Entry.Text
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && !slices.Contains(b.hosts, u.Host) {
			fault = "the page asked " + e.Request.URL
		}
	}
	if fault != "" {
		b.faults = append(b.faults, fault)
	}
}

// tab is one page in the browser.
type tab struct {
	*browser
	ctx context.Context
}

// open opens an address in a tab of its own.
func (b *browser) open(address string) *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	x := &tab{b, ctx}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		b.t.Fatal(err)
	}
	x.do(
		call(log.Enable, cdp.Empty{}), call(network.Enable, network.EnableParams{}),
		chromedp.EmulateViewport(1440, 900), chromedp.Navigate(address))
	return x
}

// call is a command of the protocol as a step.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

func (x *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		x.t.Fatal(err)
	}
}

// eval evaluates an expression in the page.
func eval[T any](x *tab, expression string) T {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		x.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits until an expression is true in the page, or in the one that follows it.
func (x *tab) until(expression string) {
	x.t.Helper()
	x.within(patience, expression)
}

// within waits so long until an expression is true.
func (x *tab) within(limit time.Duration, expression string) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, limit)
	defer cancel()
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for {
		now, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		if err == nil && now {
			return
		}
		select {
		case <-ctx.Done():
			x.t.Fatalf("%s never was true: %v\nThe page shows:\n%s", expression, err, x.shows())
		case <-tick.C:
		}
	}
}

func (x *tab) shows() string { return eval[string](x, "document.body.innerText") }

// reads waits until a part of the page reads so.
func (x *tab) reads(selector, text string) {
	x.t.Helper()
	x.until(fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.innerText.includes(%q))", selector, text))
}

// press presses the button of that name in a part of the page, the newest if there are
// several.
func (x *tab) press(within, name string) {
	x.t.Helper()
	button := fmt.Sprintf("[...document.querySelectorAll('%s button')].filter(b => b.innerText === %q && !b.disabled).at(-1)", within, name)
	x.until(button + " !== undefined")
	eval[bool](x, "("+button+".click(), true)")
}

// keys presses keys, wherever the focus is.
func (x *tab) keys(keys string) {
	x.t.Helper()
	x.do(chromedp.KeyEvent(keys))
}

// line types a line where people type, and sends it.
func (x *tab) line(text string) {
	x.t.Helper()
	eval[bool](x, "(document.getElementById('line').focus(), true)")
	x.keys(text)
	x.keys("\r")
	x.until("document.getElementById('line').value === ''")
}

// look sets the size and the colours of the tab.
func (x *tab) look(width, height int64, scheme string) {
	x.t.Helper()
	x.do(chromedp.EmulateViewport(width, height), call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	}))
}

// picture writes what the tab shows to a file.
func (x *tab) picture(file string) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(file, png, 0o644)
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

// startDemo runs `bot demo` to the end of the test and returns the address of its page.
func startDemo(t *testing.T) string {
	t.Helper()
	demo, address := launchDemo(t, t.TempDir(), "0")
	t.Cleanup(func() { endDemo(t, demo, os.Interrupt) })
	return address
}

// endDemo ends a demo with a signal.
func endDemo(t *testing.T, demo *exec.Cmd, by os.Signal) {
	t.Helper()
	_ = demo.Process.Signal(by)
	defer time.AfterFunc(patience, func() { _ = demo.Process.Kill() }).Stop()
	if err := demo.Wait(); err != nil && by != os.Kill {
		t.Errorf("%v ended the demo with %v", by, err)
	}
}

// launchDemo runs `bot demo` with a folder for what it keeps.
func launchDemo(t *testing.T, folder, port string) (cmd *exec.Cmd, address string) {
	t.Helper()
	cmd = exec.Command(os.Args[0], "demo", "--port", port)
	cmd.Env = append(os.Environ(), beBot+"=1", "TMPDIR="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	text := make([]byte, 4096)
	n, err := out.Read(text)
	_, address, found := strings.Cut(string(text[:n]), "Belltower's demo is at ")
	if err != nil || !found {
		t.Fatalf("the demo said %q, %v", text[:n], err)
	}
	address, _, _ = strings.Cut(address, "\n")
	return cmd, address
}
