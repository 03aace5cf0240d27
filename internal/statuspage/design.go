package statuspage

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"

	"github.com/a-h/templ"
)

// Pages are templ's components (*.templ), since html/template looks methods up by names
// that the linker cannot know, which keeps every exported method of every package in the
// binary.

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.1118 generate

// The compiler would put all of a component in each place that shows it: a fifth of a
// megabyte, of the 25 that a release may have.

//go:generate sh -c "sed -i 's|^func show|//go:noinline\\n&|' *_templ.go && gofmt -w *_templ.go"

//go:embed style.css
var styleSource string

// pagePolicy is the Content-Security-Policy of pages: nothing runs, nothing is loaded, and
// the one style is ours.
func pagePolicy() string {
	return "default-src 'none'; img-src data:; style-src " + hashed(styleSource) +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// hashed names a source for a Content-Security-Policy.
func hashed(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// rendered makes the bytes of a page.
func rendered(page templ.Component) []byte {
	var b bytes.Buffer
	if err := page.Render(context.Background(), &b); err != nil {
		panic(err) // cannot happen: a buffer takes all, and tests render every part
	}
	return b.Bytes()
}
