// shows: an initialiser that another one needs is made, too, though the manifest does not name it
// manifest: {launcher: Main, providers: [{name: androidx.startup.InitializationProvider, authorities: cn.example.androidx-startup, meta: {cn.example.Init: androidx.startup}}]}
// bundle: [androidx.startup.InitializationProvider]
// hit: [serial before_consent = startup Init.dependencies > started Base.create]
// miss: [serial present = Base.create]

import androidx.startup.Initializer;
class Main extends Activity { }
class Init implements Initializer<Object> {
  public Object create(Context context) { return null; }
  public List<Class<? extends Initializer<?>>> dependencies() {
    List<Class<? extends Initializer<?>>> list = new ArrayList<>();
    list.add(Base.class);                                       // hit
    return list;
  }
}
class Base implements Initializer<Object> {
  public Object create(Context context) { return SERIAL; }
  public List<Class<? extends Initializer<?>>> dependencies() { return new ArrayList<>(); }
}
