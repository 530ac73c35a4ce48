// shows: a method whose name speaks of consent is a flag
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    if (Settings.isPrivacyAgreed(this)) {                       // hit
    if (Settings.isWifiOnly(this)) {                            // miss
      String id = SERIAL;
    }
  }
}
class Settings {
  static boolean isPrivacyAgreed(Context context) { return context.getSharedPreferences("a", 0).getInt("network", 0) > 0; }
  static boolean isWifiOnly(Context context) { return context.getSharedPreferences("a", 0).getInt("network", 0) > 0; }
}
class Main extends Activity { }
