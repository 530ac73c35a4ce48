// shows: androidx.startup makes the initialisers that its provider's meta-data names
// manifest:
//   launcher: Main
//   hit: {providers: [{name: androidx.startup.InitializationProvider, authorities: cn.example.androidx-startup, meta: {cn.example.Init: androidx.startup}}]}
//   miss: {providers: [{name: androidx.startup.InitializationProvider, authorities: cn.example.androidx-startup}]}
// bundle: [androidx.startup.InitializationProvider]
// hit: [serial before_consent = startup Init.create]
// miss: [serial present = Init.create]

import androidx.startup.Initializer;
class Main extends Activity { }
class Init implements Initializer<Object> {
  public Object create(Context context) { return SERIAL; }
  public List<Class<? extends Initializer<?>>> dependencies() { return new ArrayList<>(); }
}
