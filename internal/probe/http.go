package probe

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http/httptrace"
	"slices"
	"strings"

	"github.com/go-resty/resty/v2"

	"github.com/umassonline/belltower/internal/config"
)

// maxBody is how much of an answer is read, in bytes: what is expected has to stand in it.
const maxBody = 1 << 20

// tryHTTP gets a page.
func tryHTTP(ctx context.Context, n *network, p *config.Probe) Result {
	web := n.following
	if expectsRedirect(p.ExpectStatus) {
		web = n.staying
	}
	watch := stopwatch{now: n.now}
	req := web.R().SetContext(httptrace.WithClientTrace(ctx, watch.trace()))
	if name, value, found := strings.Cut(p.BypassHeader.Reveal(), ":"); found {
		req.SetHeader(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	a, err := n.send(req, resty.MethodGet, p.URL)
	r := passed()
	if err != nil {
		r = fault(err)
	} else if wrong := unexpected(a, p.ExpectStatus, p.ExpectBody); wrong != "" {
		r = failed(wrong)
	}
	r.Phases = watch.phases(a.transfer)
	if r.Detail != "" {
		r.Detail = masked(r.Detail, secretsOf(p))
	}
	return r
}

// expectsRedirect reports whether a redirect may be the answer that is expected: then none
// is followed.
func expectsRedirect(statuses []int) bool {
	return slices.ContainsFunc(statuses, func(s int) bool { return s/100 == 3 })
}

// unexpected says what is wrong with an answer; "": nothing.
func unexpected(a answer, statuses []int, text string) string {
	if !slices.Contains(statuses, a.status) {
		return fmt.Sprintf("HTTP %d instead of %s", a.status, either(statuses))
	}
	if text != "" && !bytes.Contains(a.body, []byte(text)) {
		return fmt.Sprintf("the answer has no %q", text)
	}
	return ""
}

// either says that one of several is expected: "200 or 204".
func either(statuses []int) string {
	var all []string
	for _, s := range statuses {
		all = append(all, fmt.Sprint(s))
	}
	return strings.Join(all, " or ")
}

// send sends a request and reads the answer. Its error may name addresses.
func (n *network) send(req *resty.Request, method, to string) (a answer, err error) {
	res, err := req.SetDoNotParseResponse(true).Execute(method, to)
	if err != nil {
		return a, err
	}
	body := res.RawBody()
	defer body.Close()
	began := n.now()
	a.status, a.header, a.at = res.StatusCode(), res.Header(), res.RawResponse.Request.URL
	a.body, err = io.ReadAll(io.LimitReader(body, maxBody))
	a.transfer = n.now().Sub(began)
	return a, err
}
