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
	return w.call(ctx, post(w.method(method), w.header.form, []byte(args.Encode())), into)
}

// callJSON calls a method with a JSON body.
func (w *Workspace) callJSON(ctx context.Context, method string, body []byte, into answered) error {
	_, err := w.call(ctx, post(w.method(method), w.header.json, body), into)
	return err
}

func (w *Workspace) method(name string) *url.URL {
	u := *w.api
	u.Path += name
	return &u
}

// post puts a request together by hand because http.NewRequest parses the address anew
// each time, and http.Client would follow redirects with the token.
func post(u *url.URL, header http.Header, body []byte) *http.Request {
	return &http.Request{
		Method: http.MethodPost, URL: u, Host: u.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}
}

// call makes one try. The transport by itself sends a POST again only where
// nothing of it had been written.
func (w *Workspace) call(ctx context.Context, req *http.Request, into answered) (http.Header, error) {
	if _, limited := ctx.Deadline(); !limited { // the outbox limits its calls by itself
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	res, err := w.opt.Transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, chat.Unreached(err)
	}
	return res.Header, read(res, into)
}
