package slack

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// callTimeout is when a call without an answer is in doubt, if its caller sets no
// other time.
const callTimeout = 10 * time.Second

// callForm calls a rare method with a form and decodes the answer. Its errors
// are *chat.SendError; the headers are those of the answer, if there was one.
func (w *Workspace) callForm(ctx context.Context, method string, args url.Values, into answered) (http.Header, error) {
	return w.call(ctx, outgoing{w.method(method), w.header.form, []byte(args.Encode())}, into)
}

// callJSON calls a method with a JSON body.
func (w *Workspace) callJSON(ctx context.Context, method string, body []byte, into answered) error {
	return w.callURL(ctx, w.method(method), body, into)
}

// callURL is callJSON of a method whose address is known.
func (w *Workspace) callURL(ctx context.Context, u *url.URL, body []byte, into answered) error {
	_, err := w.call(ctx, outgoing{u, w.header.json, body}, into)
	return err
}

func (w *Workspace) method(name string) *url.URL {
	u := *w.api
	u.Path += name
	return &u
}

// outgoing is a request to be sent. Its URL and headers are shared and never changed.
type outgoing struct {
	url    *url.URL
	header http.Header
	body   []byte
}

// request is put together by hand because http.NewRequest parses the address anew
// each time, and http.Client would follow redirects with the token.
func (o outgoing) request(ctx context.Context) *http.Request {
	r := http.Request{
		Method: http.MethodPost, URL: o.url, Host: o.url.Host, Header: o.header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: o.reader(), ContentLength: int64(len(o.body)),
		GetBody: func() (io.ReadCloser, error) { return o.reader(), nil },
	}
	return r.WithContext(ctx)
}

func (o outgoing) reader() io.ReadCloser { return io.NopCloser(bytes.NewReader(o.body)) }

// call makes one try. The transport by itself sends a POST again only where
// nothing of it had been written.
func (w *Workspace) call(ctx context.Context, out outgoing, into answered) (http.Header, error) {
	if _, limited := ctx.Deadline(); !limited { // the outbox limits its calls by itself
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	res, err := w.opt.Transport.RoundTrip(out.request(ctx))
	if err != nil {
		return nil, chat.Unreached(err)
	}
	return res.Header, w.papers.read(res, into)
}
