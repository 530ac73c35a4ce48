// shows: the platform's own fragments run with the activity, too
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Home.onAttach]
// miss: [serial present = Home.onAttach]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    getFragmentManager().beginTransaction().replace(1, new Home()).commit(); // hit
    getFragmentManager().findFragmentById(1);                                // miss
  }
}
class Home extends Fragment {
  public void onAttach(Activity activity) { String id = SERIAL; }
}
