// shows: a switch over a stored number
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    SharedPreferences store = getSharedPreferences("app", 0);
    switch (store.getInt("consent", 0)) {                       // hit
    switch (store.getInt("volume", 0)) {                        // miss
      case 1: setTheme(1); break;
      case 2: String id = SERIAL; break;
    }
  }
}
class Main extends Activity { }
