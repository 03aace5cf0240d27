package journal

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
)

// fill sets a value, and all that it holds, to anything.
func fill(t *rapid.T, v reflect.Value) {
	switch of := v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(someTime(t)))
		return
	default:
		_ = of
	}
	switch v.Kind() {
	case reflect.Struct:
		for k := range v.NumField() {
			fill(t, v.Field(k))
		}
	case reflect.Slice:
		n := rapid.IntRange(-1, 3).Draw(t, "length")
		if n < 0 {
			return // nil
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for k := range n {
			fill(t, v.Index(k))
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{"", "failing", "a <b> & \"c\" \\", "Störung\u2028\x7f\x01", "\xff broken", "~ end"}).Draw(t, "text"))
	case reflect.Int:
		v.SetInt(rapid.SampledFrom([]int64{0, 7, -3}).Draw(t, "number"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "truth"))
	default:
		t.Fatalf("%s is not filled", v.Type())
	}
}

func someTime(t *rapid.T) time.Time {
	at := time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)
	return rapid.SampledFrom([]time.Time{{}, at, at.Add(123456789), at.Add(120 * time.Millisecond), at.In(time.FixedZone("", -5*60*60))}).Draw(t, "time")
}

func TestReportsAndAlertsAreEncodedAsEncodingJSONDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var report desk.Report
		var alert desk.Alert
		fill(t, reflect.ValueOf(&report).Elem())
		fill(t, reflect.ValueOf(&alert).Elem())
		var e encoder
		e.reports([]desk.Report{report})
		e.alert(&alert)
		one, err := json.Marshal([]desk.Report{report})
		if err != nil {
			t.Fatal(err)
		}
		other, err := json.Marshal(alert)
		if err != nil {
			t.Fatal(err)
		}
		if want := string(one) + string(other); string(e.b) != want || e.err != nil {
			t.Fatalf("%v\n%s\nnot\n%s", e.err, e.b, want)
		}
	})
}

func TestWhatCommandsWriteIsEncodedAsEncodingJSONDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var applied Applied
		var entry AuditEntry
		fill(t, reflect.ValueOf(&applied).Elem())
		fill(t, reflect.ValueOf(&entry).Elem())
		var e encoder
		applied.encode(&e)
		e.audit(&entry)
		one, err := json.Marshal(applied)
		if err != nil {
			t.Fatal(err)
		}
		other, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		if want := string(one) + string(other); string(e.b) != want || e.err != nil {
			t.Fatalf("%v\n%s\nnot\n%s", e.err, e.b, want)
		}
	})
}

func TestWhatCannotBeEncodedIsAnError(t *testing.T) {
	r := desk.Report{Since: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}
	var e encoder
	if e.report(&r); e.err == nil {
		t.Errorf("%s", e.b)
	}
}
