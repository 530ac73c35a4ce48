// shows: a text that is cut and put in small letters
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = " ANDROID_ID ".trim().toLowerCase();           // hit
    String key = " ANDROID_ID ".trim().toUpperCase();           // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
