// shows: a preference of a settings screen is clicked by the user
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreate > gesture Pick.onPreferenceClick]
// miss: [serial present = Pick.onPreferenceClick]

import android.preference.Preference;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Preference preference = new Preference(this);
    Pick pick = new Pick();
    preference.setOnPreferenceClickListener(pick);              // hit
  }
}
class Pick implements Preference.OnPreferenceClickListener {
  public boolean onPreferenceClick(Preference preference) { String id = SERIAL; return true; }
}
