package intake

import (
	"reflect"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/config"
)

// The configuration warns of just the kinds that are not built.
func TestTheConfigurationKnowsWhatIsBuilt(t *testing.T) {
	field, _ := reflect.TypeFor[config.Source]().FieldByName("Kind")
	kinds := strings.Fields(field.Tag.Get("oneof"))
	built := 0
	for _, kind := range kinds {
		_, here := monitors()[kind]
		if here {
			built++
		}
		if (config.Source{Kind: kind}).Built() != here {
			t.Errorf("%s: built %t here, and the configuration says otherwise", kind, here)
		}
	}
	if built != len(monitors()) {
		t.Errorf("%d kinds are built, %d of them are known to the configuration", len(monitors()), built)
	}
}
