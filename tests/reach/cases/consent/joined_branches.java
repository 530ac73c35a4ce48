// shows: code after the branches have joined again is not guarded
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    boolean agreed = getSharedPreferences("app", 0).getBoolean("agreed", false);
    if (agreed) {
      setTheme(1);
      String id = SERIAL;                                       // hit
    }
    String id = SERIAL;                                         // miss
  }
}
class Main extends Activity { }
