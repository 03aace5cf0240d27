package pack

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// The icons show a bell in a tower. Teams rounds the corners of the color icon and may
// crop it to its middle 120 of 192 pixels; the outline icon is white on nothing
// (learn.microsoft.com, "Teams app icons").
const (
	colorSize   = 192
	outlineSize = 32
)

// accent is the colour behind the icon.
const accent = "#1F2D3D"

var (
	night = color.NRGBA{R: 0x1f, G: 0x2d, B: 0x3d, A: 0xff} // accent
	stone = color.NRGBA{R: 0xf4, G: 0xf1, B: 0xe8, A: 0xff}
	brass = color.NRGBA{R: 0xf2, G: 0xb5, B: 0x44, A: 0xff}
	white = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
)

// shape tells which points of a picture belong to it. Both axes go from 0 to 192, down
// and to the right, whatever the picture's size.
type shape func(x, y float64) bool

func colorIcon() image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, colorSize, colorSize))
	draw.Draw(img, img.Bounds(), image.NewUniform(night), image.Point{}, draw.Src)
	paint(img, stone, minus(tower(0), opening))
	paint(img, brass, bell)
	return img
}

// outlineIcon draws the tower's edge, 2 pixels wide, and the bell, larger than in the
// color icon so that it can be told at this size.
func outlineIcon() image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, outlineSize, outlineSize))
	paint(img, white, grown(minus(tower(0), tower(11))))
	paint(img, white, grown(moved(bell, 6)))
	return img
}

// tower has a roof, a shaft and a base; inset makes it smaller on all sides.
func tower(inset float64) shape {
	roof := polygon(point{96, 34 + 1.6*inset}, point{142 - 1.9*inset, 76 - 0.2*inset}, point{50 + 1.9*inset, 76 - 0.2*inset})
	shaft := box(60+inset, 76-0.3*inset, 132-inset, 158-inset)
	base := box(52+inset, 148+inset, 140-inset, 158-inset)
	return func(x, y float64) bool { return roof(x, y) || shaft(x, y) || base(x, y) }
}

// opening is the arch that the bell hangs in.
func opening(x, y float64) bool {
	return disc(96, 106, 26)(x, y) && y <= 106 || box(70, 106, 122, 142)(x, y)
}

// bell has a crown, a dome that widens to its rim, and a clapper.
func bell(x, y float64) bool {
	crown := disc(96, 90, 4.5)
	rim := polygon(point{76, 132}, point{79, 126}, point{113, 126}, point{116, 132})
	return crown(x, y) || dome(x, y) || rim(x, y) || disc(96, 135, 5)(x, y)
}

// dome is half as wide as its sides stand apart at each height.
func dome(x, y float64) bool {
	if y < 91 || y > 127 {
		return false
	}
	half := 13.5
	if y < 104 {
		half = math.Sqrt(13.5*13.5 - (104-y)*(104-y))
	} else if y > 114 {
		half += (y - 114) * (y - 114) / 42
	}
	return math.Abs(x-96) <= half
}

// grown fills more of a small picture: everything is 1.35 times as large round the middle.
func grown(s shape) shape {
	const by = 1.35
	return func(x, y float64) bool { return s(96+(x-96)/by, 96+(y-96)/by) }
}

func moved(s shape, up float64) shape {
	return func(x, y float64) bool { return s(x, y+up) }
}

func minus(a, b shape) shape { return func(x, y float64) bool { return a(x, y) && !b(x, y) } }

func disc(cx, cy, r float64) shape {
	return func(x, y float64) bool { return (x-cx)*(x-cx)+(y-cy)*(y-cy) <= r*r }
}

func box(left, top, right, bottom float64) shape {
	return func(x, y float64) bool { return x >= left && x <= right && y >= top && y <= bottom }
}

type point struct{ x, y float64 }

// polygon is convex, its corners clockwise as seen.
func polygon(corners ...point) shape {
	return func(x, y float64) bool {
		for i, a := range corners {
			b := corners[(i+1)%len(corners)]
			if (b.x-a.x)*(y-a.y)-(b.y-a.y)*(x-a.x) < 0 {
				return false
			}
		}
		return true
	}
}

// samples in each direction smooth the edges of a pixel.
const samples = 8

// paint fills a shape.
func paint(img draw.Image, c color.Color, s shape) {
	bounds := img.Bounds()
	mask := image.NewAlpha(bounds)
	scale := colorSize / float64(bounds.Dx())
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			mask.SetAlpha(x, y, color.Alpha{A: uint8(255 * covered(s, float64(x), float64(y), scale) / (samples * samples))})
		}
	}
	draw.DrawMask(img, bounds, image.NewUniform(c), image.Point{}, mask, image.Point{}, draw.Over)
}

// covered counts the samples of a pixel that are within a shape.
func covered(s shape, x, y, scale float64) (n int) {
	for i := range samples {
		for j := range samples {
			if s((x+(float64(i)+0.5)/samples)*scale, (y+(float64(j)+0.5)/samples)*scale) {
				n++
			}
		}
	}
	return n
}
