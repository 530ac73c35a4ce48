// shows: a guard around a call guards the whole way below it
// manifest: {launcher: Main, application: App}
// hit: ['serial before_consent (consent_guard: preference "agreed" in App.onCreate) = application App.onCreate > App.start > Loader.load']
// miss: [serial before_consent = application App.onCreate > App.start > Loader.load]

class App extends Application {
  public void onCreate() {
    boolean agreed = getSharedPreferences("app", 0).getBoolean("agreed", false);
    if (agreed) setTheme(1);
    if (agreed)                                                 // hit
      start();
  }
  void start() { Loader.load(); }
}
class Loader {
  static void load() { String id = SERIAL; }
}
class Main extends Activity { }
