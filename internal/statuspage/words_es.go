package statuspage

import (
	"fmt"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func spanish() words {
	months := [...]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"}
	day := func(t time.Time) string { return fmt.Sprintf("%d %s", t.Day(), months[t.Month()-1]) }
	return words{
		own:        "Español",
		Label:      spanishLabels(),
		title:      "Estado de los servicios de {}",
		others:     "Otros servicios",
		allWell:    "Todos los servicios funcionan.",
		noServices: "Todavía no hay servicios en esta página.",
		watching:   "Seguimos de cerca algo que falló.",
		began:      "Empezó el {}.",
		beganAgain: "Empezó el {}, y de nuevo el {}.",
		fromTo:     "{}: {} – {}",
		lasted:     "{} ({}).",
		promise:    "Próximo aviso, a más tardar: {}.",
		noPromise:  "Volveremos a informar en cuanto sepamos más.",
		corrected:  "corregido: {}",
		reopened:   "Abierto de nuevo",
		gotWorse:   "Ha empeorado. Antes: {}; ahora: {}.",
		gotBetter:  "Ha mejorado. Antes: {}; ahora: {}.",
		was:        "Corrección: {}. Habíamos dicho: {}.",
		rescoped:   "Corrección: se trata de {}. Antes habíamos nombrado {}.",
		oneProblem: "Es el mismo problema que otro del que informamos.",
		nowAbout:   "Se trata de {}.",
		titleFixed: "Hemos corregido el título.",
		timesFixed: "Hemos corregido cuándo empezó o terminó.",
		mistake:    "No haga caso de nuestro mensaje sobre {}: fue un error.",
		notFound:   "Esta página no existe.",
		asOf:       "Así estaba el {}.",
		zoneIs:     "Todas las horas son de la zona {}.",
		states:     spanishStates(),
		plans:      spanishPlans(),
		and:        " y ",
		more:       [2]string{"1 servicio más", "{} servicios más"},
		day:        day,
		year:       func(t time.Time) string { return fmt.Sprintf("%s %d", day(t), t.Year()) },
		clock: func(t time.Time) string {
			return t.Format("3:04 ") + map[bool]string{true: "a. m.", false: "p. m."}[t.Hour() < 12]
		},
		at:    "{}, {}",
		onDay: "{} {}",
		units: [4][2]string{{"1 día", "{} días"}, {"1 hora", "{} horas"}, {"1 minuto", "{} minutos"}, {"1 segundo", "{} segundos"}},
	}
}

func spanishLabels() labels {
	return labels{
		Language:    "Idioma",
		Open:        "Incidentes abiertos",
		Services:    "Servicios",
		Recent:      "Resuelto en los últimos 14 días",
		Affected:    "De qué se trata",
		News:        "Lo que hemos dicho",
		NoRecent:    "No ha fallado nada en los últimos 14 días.",
		Older:       "Mensajes anteriores",
		Whole:       "Todos los servicios",
		NoProblem:   "No hubo tal problema. Lamentamos las molestias.",
		NotFoundWhy: "Puede que la dirección esté mal escrita. La página de estado dice qué funciona y qué no.",
		Running:     "Trabajo planificado ahora",
		Coming:      "Próximos trabajos planificados",
		Reserved:    "Reservado, sin planificar",
		Times:       "Las próximas veces",
		PlannedFrom: "Previsto desde",
		PlannedTo:   "Previsto hasta",
		Began:       "Empezó",
		Ended:       "Terminó",
		NoComing:    "No hay trabajos planificados para los próximos 30 días.",
		MayUse:      "Estas horas se guardan para trabajos. No hay nada planificado en ellas; si usamos una, lo decimos antes.",
		Calendar:    "Calendario de trabajos planificados",
		MoreWork:    "Hay más trabajos planificados: están en el calendario.",
		Series:      "Es una de las veces de",
		GoesOn:      "Seguimos en",
		WasPlanned:  "Empezó como trabajo planificado:",
	}
}

func spanishStates() states {
	return states{
		status: map[desk.ServiceStatus]string{
			desk.Operational:         "funciona",
			desk.UnderMaintenance:    "trabajo planificado",
			desk.DegradedPerformance: "con lentitud",
			desk.PartialOutage:       "disponible solo en parte",
			desk.MajorOutage:         "no disponible",
		},
		is: map[desk.ServiceStatus][2]string{
			desk.Operational:         {"{} funciona", "{} funcionan"},
			desk.UnderMaintenance:    {"{} tiene trabajo planificado", "{} tienen trabajo planificado"},
			desk.DegradedPerformance: {"{} funciona con lentitud", "{} funcionan con lentitud"},
			desk.PartialOutage:       {"{} está disponible solo en parte", "{} están disponibles solo en parte"},
			desk.MajorOutage:         {"{} no está disponible", "{} no están disponibles"},
		},
		went: map[desk.ServiceStatus][2]string{
			desk.Operational:         {"{} funcionaba", "{} funcionaban"},
			desk.UnderMaintenance:    {"{} tuvo trabajo planificado", "{} tuvieron trabajo planificado"},
			desk.DegradedPerformance: {"{} funcionó con lentitud", "{} funcionaron con lentitud"},
			desk.PartialOutage:       {"{} estuvo disponible solo en parte", "{} estuvieron disponibles solo en parte"},
			desk.MajorOutage:         {"{} no estuvo disponible", "{} no estuvieron disponibles"},
		},
		phase: map[desk.IncidentStatus]string{
			desk.Investigating: "Investigando",
			desk.Identified:    "Causa identificada",
			desk.Monitoring:    "En observación",
			desk.Resolved:      "Resuelto",
		},
	}
}

func spanishPlans() plans {
	return plans{
		effectNow: map[desk.Effect][2]string{
			desk.EffectDown:     {"{} no está disponible", "{} no están disponibles"},
			desk.EffectDegraded: {"{} puede ir con lentitud o fallar en parte", "{} pueden ir con lentitud o fallar en parte"},
			desk.EffectAtRisk:   {"{} debería funcionar, pero puede fallar por poco tiempo", "{} deberían funcionar, pero pueden fallar por poco tiempo"},
		},
		effectThen: map[desk.Effect][2]string{
			desk.EffectDown:     {"{} no estará disponible", "{} no estarán disponibles"},
			desk.EffectDegraded: {"{} podrá ir con lentitud o fallar en parte", "{} podrán ir con lentitud o fallar en parte"},
			desk.EffectAtRisk:   {"{} debería funcionar entonces, pero podrá fallar por poco tiempo", "{} deberían funcionar entonces, pero podrán fallar por poco tiempo"},
		},
		windowPhase: map[desk.WindowStatus]string{
			desk.Scheduled: "Planificado", desk.InProgress: "En curso", desk.Verifying: "En pruebas",
			desk.Completed: "Terminado", desk.Cancelled: "Cancelado",
		},
		windowEntry: map[desk.EntryKind]string{
			desk.WindowScheduled: "Planificado", desk.WindowStarted: "Empezado", desk.WindowHeld: "Comienzo retenido",
			desk.WindowMoved: "Cambiado de hora", desk.WindowExtended: "Prolongado", desk.WindowLate: "Tarda más",
			desk.WindowVerifying: "Trabajo hecho", desk.WindowCompleted: "Terminado", desk.WindowCancelled: "Cancelado",
			desk.WindowConverted: "Ahora es un incidente",
		},
		turned:         "Ahora es un incidente",
		weekday:        [7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
		fromUntil:      "{} – {}",
		workBegan:      "El trabajo empezó el {}.",
		plannedTo:      "Hora de fin prevista: {}.",
		late:           "Está tardando más de lo previsto.",
		testing:        "El trabajo está hecho. Estamos comprobando que todo funciona.",
		notBegun:       "Todavía no ha empezado.",
		again:          "Y de nuevo: {}.",
		moreTimes:      [2]string{"1 vez más", "{} veces más"},
		cancelled:      "Cancelado: {}",
		allOff:         "Tampoco tendrá lugar ninguna de las veces siguientes.",
		movedFrom:      "Cambiado de hora. Antes estaba previsto: {}.",
		replanned:      "Ahora está previsto: {}. Antes: {}.",
		extended:       "Ahora está previsto hasta: {}. Antes: {}.",
		doesNot:        "Este trabajo se ha cancelado.",
		verified:       "El trabajo ha terminado, y nuestras pruebas muestran que todo funciona.",
		unverified:     "El trabajo ha terminado. No se ha comprobado con pruebas.",
		becameIncident: "El trabajo planificado se ha convertido en un incidente.",
		event:          "{}: {}",
		calendar:       "Trabajos planificados de {}",
		calendarOf:     "Trabajos planificados en {} de {}",
	}
}
