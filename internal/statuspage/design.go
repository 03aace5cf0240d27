package statuspage

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
)

//go:embed page.html
var pageSource string

//go:embed style.css
var styleSource string

// design is how pages look.
type design struct {
	page  *template.Template
	style template.CSS
	// policy is the Content-Security-Policy: nothing runs, nothing is loaded, and the
	// one style is ours.
	policy string
}

func newDesign() *design {
	d := &design{style: template.CSS(styleSource)}
	d.page = template.Must(template.New("page").Funcs(template.FuncMap{
		"style": func() template.CSS { return d.style },
	}).Parse(pageSource))
	sum := sha256.Sum256([]byte(styleSource))
	d.policy = "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return d
}

// render makes the bytes of a page.
func (d *design) render(v *view) []byte {
	var b bytes.Buffer
	if err := d.page.Execute(&b, v); err != nil {
		panic(err) // cannot happen: a buffer takes all, and tests render every part
	}
	return b.Bytes()
}
