package webchat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// View is a page beside the channels, which people elsewhere look at: a small picture
// shows it as they get it, and leads to it.
type View struct{ Label, URL string }

// sight is what a view showed when it was last looked at.
type sight struct {
	View
	title string // of its page; empty: nobody answered, and the page is an older one
	page  []byte
	rev   int
}

// sightView is a sight on the page, and what is sent when it changes.
type sightView struct {
	N     int    `json:"n"`
	Label string `json:"-"`
	URL   string `json:"-"`
	Says  string `json:"says"`
	Rev   int    `json:"rev"`
}

// viewTime is how long a page may take to be shown.
const viewTime = 3 * time.Second

// maxView is how much of a page is shown, in bytes.
const maxView = 1 << 20

var (
	pageTitle  = regexp.MustCompile(`(?is)<title>(.*?)</title>`)
	pageScript = regexp.MustCompile(`(?is)<script.*?</script>`)
)

// watch looks at a view, as somebody without a browser's memory would, and notes what is
// new. A page that is answered with an error is a page.
func (p *Platform) watch(ctx context.Context, n int) {
	page, title, err := p.fetch(ctx, p.set.Views[n].URL)
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.sights[n]
	if err == nil && !bytes.Equal(s.page, page) {
		s.page, s.rev = page, 0
	}
	if s.title != title {
		s.title, s.rev = title, 0
	}
	if s.rev == 0 {
		p.note(nil)
		s.rev = p.rev
	}
}

// fetch gets a page, without its scripts, and its title.
func (p *Platform) fetch(ctx context.Context, url string) (page []byte, title string, err error) {
	ctx, cancel := context.WithTimeout(ctx, viewTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Accept", "text/html")
	res, err := p.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	if page, err = io.ReadAll(io.LimitReader(res.Body, maxView)); err != nil {
		return nil, "", err
	}
	found := pageTitle.FindSubmatch(page)
	if found == nil {
		return nil, "", errors.New("it is no page")
	}
	title, _, _ = strings.Cut(html.UnescapeString(string(found[1])), " – ") // the name of the whole site follows
	return pageScript.ReplaceAll(page, nil), strings.TrimSpace(title), nil
}

// says is the page in words.
func (s sight) says() string {
	switch {
	case s.title != "":
		return s.title
	case s.page == nil:
		return "…"
	}
	return "does not answer"
}

func (p *Platform) sightView(n int) sightView {
	s := p.sights[n]
	return sightView{n, s.Label, s.URL, s.says(), s.rev}
}

// show gives the page of a view, for the picture: it does nothing and leads nowhere.
func (p *Platform) show(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(p.sights) {
		http.Error(w, "There is no such view.", http.StatusNotFound)
		return
	}
	p.mu.Lock()
	page := p.sights[n].page
	p.mu.Unlock()
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if page == nil {
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Nothing yet</title>`)
		return
	}
	_, _ = w.Write(page) // who left does not need it
}
