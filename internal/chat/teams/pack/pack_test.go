package pack_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat/teams/pack"
	"github.com/umassonline/belltower/internal/wording"
)

var update = flag.Bool("update", false, "write the golden files anew")

func example() pack.Package {
	p := pack.Package{
		AppID: "4D3C2B1A-0000-4000-8000-00000000abcd", Version: "1.0.0", Name: wording.AppName, Brief: "Announces incidents and planned work.", About: wording.AppAbout,
		Organization: "University of Somewhere, Central IT", PublicURL: "https://status.example.edu",
	}
	for _, c := range wording.SlashCommands() {
		p.Commands = append(p.Commands, pack.Command{Title: c.Name, About: c.About + ": " + c.Name + " " + c.Hint})
	}
	return p
}

// files are those of a package.
func files(t *testing.T, p pack.Package) map[string][]byte {
	t.Helper()
	var b bytes.Buffer
	if err := pack.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		if !f.Modified.Equal(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s is of %v, not always of the same time", f.Name, f.Modified)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestAPackageHasItsManifestAndTwoIcons(t *testing.T) {
	got := files(t, example())
	if len(got) != 3 {
		t.Errorf("%d files", len(got))
	}
	for name, content := range got {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".png") {
			samePicture(t, name, want, content)
		} else if diff := cmp.Diff(string(want), string(content)); diff != "" {
			t.Errorf("%s (-want +got), written anew with -update:\n%s", name, diff)
		}
	}
}

// samePicture compares pixels, as other versions of Go may press them otherwise and
// other processors round otherwise.
func samePicture(t *testing.T, name string, want, got []byte) {
	t.Helper()
	a, b := picture(t, want), picture(t, got)
	if a.Bounds() != b.Bounds() {
		t.Fatalf("%s has %v, want %v", name, b.Bounds(), a.Bounds())
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if far(a.At(x, y), b.At(x, y)) {
				t.Fatalf("%s differs at %d, %d, written anew with -update", name, x, y)
			}
		}
	}
}

func far(a, b color.Color) bool {
	const near = 0x0500 // of 0xffff
	ar, ag, ab, aa := a.RGBA()
	br, bg, bb, ba := b.RGBA()
	for _, d := range []int{int(ar) - int(br), int(ag) - int(bg), int(ab) - int(bb), int(aa) - int(ba)} {
		if d > near || d < -near {
			return true
		}
	}
	return false
}

func picture(t *testing.T, content []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// What Teams wants of icons: 192 by 192 without holes, 32 by 32 of white and nothing.
func TestTheIconsAreAsTeamsWantsThem(t *testing.T) {
	got := files(t, example())
	colored, outline := picture(t, got["color.png"]), picture(t, got["outline.png"])
	if colored.Bounds() != image.Rect(0, 0, 192, 192) || outline.Bounds() != image.Rect(0, 0, 32, 32) {
		t.Errorf("%v, %v", colored.Bounds(), outline.Bounds())
	}
	colors := map[color.NRGBA]bool{}
	for y := range 192 {
		for x := range 192 {
			c := color.NRGBAModel.Convert(colored.At(x, y)).(color.NRGBA)
			colors[c] = true
			if c.A != 0xff {
				t.Fatalf("there is a hole at %d, %d", x, y)
			}
			if middle := image.Rect(36, 34, 156, 160); !image.Pt(x, y).In(middle) && c != (color.NRGBA{0x1f, 0x2d, 0x3d, 0xff}) {
				t.Fatalf("something is drawn at %d, %d, where Teams may cut", x, y)
			}
		}
	}
	seen := 0
	for y := range 32 {
		for x := range 32 {
			c := color.NRGBAModel.Convert(outline.At(x, y)).(color.NRGBA)
			if c.A > 0 {
				seen++
			}
			if c.A > 0 && (c.R != 0xff || c.G != 0xff || c.B != 0xff) {
				t.Fatalf("%v at %d, %d is not white", c, x, y)
			}
		}
	}
	if len(colors) < 3 || seen < 100 || seen > 600 {
		t.Errorf("%d colours, %d pixels of an outline", len(colors), seen)
	}
}

func TestTheSamePackageHasTheSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	if err := errors.Join(pack.Write(&a, example()), pack.Write(&b, example())); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("they differ", err)
	}
}

func TestLongNamesAreCutToWhatTeamsTakes(t *testing.T) {
	p := example()
	p.Organization, p.About, p.PublicURL = strings.Repeat("é", 200), strings.TrimSpace(strings.Repeat("Tells all. ", 500)), "https://status.example.edu/it/"
	var m struct {
		Developer   struct{ Name, WebsiteURL string }
		Name        struct{ Short, Full string }
		Description struct{ Short, Full string }
	}
	if err := json.Unmarshal(files(t, p)["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	if n := len([]rune(m.Developer.Name)); n != 32 || len([]rune(m.Name.Full)) != 100 || m.Description.Short != p.Brief || len([]rune(m.Description.Full)) > 4000 || !strings.HasSuffix(m.Description.Full, "…") || m.Developer.WebsiteURL != p.PublicURL {
		t.Errorf("%.300v", fmt.Sprint(m))
	}
}

func TestWhatTeamsWouldNotTakeIsRefused(t *testing.T) {
	for want, change := range map[string]func(*pack.Package){
		"application id":          func(p *pack.Package) { p.AppID = "belltower" },
		"of the form 1.0.0":       func(p *pack.Package) { p.Version = "v1" },
		"https://":                func(p *pack.Package) { p.PublicURL = "http://status.example.edu" },
		"public_url \"https://\"": func(p *pack.Package) { p.PublicURL = "https://" },
		"1 to 30 characters":      func(p *pack.Package) { p.Name = strings.Repeat("x", 31) },
		"in brief":                func(p *pack.Package) { p.Brief = strings.Repeat("x", 81) },
		"no name":                 func(p *pack.Package) { p.Organization = "" },
		"at most 10":              func(p *pack.Package) { p.Commands = make([]pack.Command, 11) },
		"33 characters of 32":     func(p *pack.Package) { p.Commands[0].Title = strings.Repeat("x", 33) },
		"in 129 of 128":           func(p *pack.Package) { p.Commands[0].About = strings.Repeat("x", 129) },
	} {
		p := example()
		change(&p)
		var b bytes.Buffer
		if err := pack.Write(&b, p); err == nil || !strings.Contains(err.Error(), want) || b.Len() != 0 {
			t.Errorf("%s: %v, %d bytes", want, err, b.Len())
		}
	}
}

// full takes no more after some bytes.
type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

func TestAFullDiskIsTold(t *testing.T) {
	if err := pack.Write(&full{100}, example()); !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}
