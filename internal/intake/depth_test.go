package intake

import (
	"strings"
	"testing"
)

// Brackets in texts do not count, wherever a quote is escaped, and a text that does not
// end hides the rest.
func TestDepthOutsideOfTexts(t *testing.T) {
	for body, deep := range map[string]bool{
		`[[]]`: false, `[[[]]]`: true, `[["[["]]`: false, `[["\"[["]]`: false, `[["\\",[]]]`: true, `[["\\\"[["]]`: false,
		`[["",[]]]`: true, `"[[[`: false, `"\`: false, `{"a":{"b":{}}}`: true, `[][][][]`: false, `[["\\\\",[]]]`: true, ``: false, `"`: false,
	} {
		if got := deeperThan(body, 2); got != deep {
			t.Errorf("%s: %v", body, got)
		}
	}
	if !deeperThan(strings.Repeat("[", 70), maxDepth) {
		t.Error("70 levels are not deep")
	}
}
