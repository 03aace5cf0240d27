package statuspage

import (
	"bytes"
	"context"
	_ "embed"

	"github.com/a-h/templ"
)

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.1118 generate

//go:embed style.css
var styleSource string

// design is how pages look. They are templ's components (*.templ), since html/template
// looks methods up by names that the linker cannot know, which keeps every exported method
// of every package in the binary.
type design struct {
	// policy is the Content-Security-Policy: nothing runs, nothing is loaded, and the
	// one style is ours.
	policy string
}

func newDesign() *design {
	return &design{policy: "default-src 'none'; img-src data:; style-src " + hashed(styleSource) +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
}

// render makes the bytes of a page.
func (d *design) render(v *view) []byte { return bytesOf(showPage(v)) }

func bytesOf(page templ.Component) []byte {
	var b bytes.Buffer
	if err := page.Render(context.Background(), &b); err != nil {
		panic(err) // cannot happen: a buffer takes all, and tests render every part
	}
	return b.Bytes()
}
