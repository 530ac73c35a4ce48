// shows: an obfuscated method that returns a stored consent flag is one, too
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    if (a.a(this)) { String id = SERIAL; }
  }
}
class a {
  static boolean a(Context context) {
    return context.getSharedPreferences("b", 0).getBoolean("agree_policy", false); // hit
    return context.getSharedPreferences("b", 0).getBoolean("auto_play", false);    // miss
  }
}
class Main extends Activity { }
