package intake

import (
	"encoding/json"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
)

// Limits of a call. The depth keeps the parser's stack small; monitors need 5.
const (
	maxBody  = 1 << 20
	maxDepth = 64
	// maxAlerts is how many alerts one call may have: 1 MiB of Alertmanager's is some 1,500.
	maxAlerts = 5000
)

// copied is how much of a body is read at a time, in bytes.
const copied = 32 << 10

// chunks are what bodies are read through, copied bytes each.
type chunks struct{ pool sync.Pool }

func (c *chunks) take() *[copied]byte {
	if one, ok := c.pool.Get().(*[copied]byte); ok {
		return one
	}
	return new([copied]byte)
}

// readBody reads a request of at most maxBody bytes and hands all that it reads to sum,
// too; of one that announces more it reads nothing.
func (in *Intake) readBody(w http.ResponseWriter, r *http.Request, sum hash.Hash) (string, *refusal) {
	tooLarge := &refusal{status: http.StatusRequestEntityTooLarge, sentence: "The request is larger than 1 MiB: have the monitor send fewer alerts at once (Alertmanager: group_by, max_alerts)."}
	if r.ContentLength > maxBody {
		return "", tooLarge
	}
	var body strings.Builder
	body.Grow(max(int(r.ContentLength), 0))
	through := in.chunks.take()
	defer in.chunks.pool.Put(through)
	_, err := io.CopyBuffer(io.MultiWriter(&body, sum), http.MaxBytesReader(w, r.Body, maxBody), through[:])
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "", tooLarge
	case err != nil:
		return "", &refusal{status: http.StatusBadRequest, sentence: "The request broke off.", cause: err}
	}
	if how := r.Header.Get("Content-Encoding"); how != "" && how != "identity" {
		return "", unreadable("The body is compressed: switch compression off in the monitor.")
	}
	return body.String(), nil
}

// parse checks that a body is one JSON object or list, not too deep. The answer keeps
// numbers as they are written: ids have up to 64 bits.
func parse(body string) (gjson.Result, *refusal) {
	body = strings.TrimPrefix(body, "\xef\xbb\xbf")
	body = strings.TrimLeft(body, " \t\r\n")
	switch {
	case len(body) == 0:
		return gjson.Result{}, unreadable("The body is empty: it must be JSON, sent by POST.")
	case body[0] != '{' && body[0] != '[':
		return gjson.Result{}, unreadable("The body is not JSON: it must begin with {. A form or plain text is not read; choose JSON in the monitor.")
	case deeperThan(body, maxDepth):
		return gjson.Result{}, unreadable("The JSON is nested more than " + strconv.Itoa(maxDepth) + " levels deep.")
	case !gjson.Valid(body):
		return gjson.Result{}, unreadable("The body is not sound JSON" + whereBroken(body) + ": if it comes from a template, look for a quote or line break inside a text, or a comma too many.")
	}
	return gjson.Parse(body), nil
}

// deeperThan reports whether brackets outside of texts are nested deeper than a limit.
func deeperThan(body string, limit int) bool {
	depth := 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i += textLength(body[i+1:]) + 1
		case '{', '[':
			if depth++; depth > limit {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// textLength is how many bytes there are up to the quote that ends a text.
func textLength(body string) (n int) {
	for {
		quote := strings.IndexByte(body[n:], '"')
		if quote < 0 {
			return len(body)
		}
		n += quote
		slashes := 0
		for slashes < n && body[n-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return n
		}
		n++ // an escaped one
	}
}

// whereBroken says where JSON is broken, where that can be told.
func whereBroken(body string) string {
	var syntax *json.SyntaxError
	var any json.RawMessage
	if err := json.Unmarshal([]byte(body), &any); errors.As(err, &syntax) {
		return " (near byte " + strconv.FormatInt(syntax.Offset, 10) + ")"
	}
	return ""
}
